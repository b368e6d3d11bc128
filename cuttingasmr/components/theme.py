"""The looks of this site, each with a name. The colours themselves are in assets/site.css, once for each theme."""

from __future__ import annotations

from typing import Final, Literal

Kind = Literal["primary", "quiet", "plain"]

PAGE: Final = "min-h-dvh flex flex-col bg-ground text-ink antialiased"
WIDTH: Final = "w-full max-w-6xl mx-auto px-4 sm:px-6"
NARROW: Final = "w-full max-w-md mx-auto px-4 sm:px-6"
STACK: Final = "flex flex-col gap-4"
ROW: Final = "flex items-center gap-3"
WRAP: Final = "flex flex-wrap items-center gap-2"

TITLE: Final = "font-display text-[2.6rem] leading-[1.04] sm:text-6xl tracking-[-0.022em] text-balance"
HEADING: Final = "font-display text-2xl sm:text-[1.75rem] tracking-[-0.015em]"
SUBHEADING: Final = "font-medium text-ink"
LEAD: Final = "text-soft text-base sm:text-lg text-pretty max-w-xl"
TEXT: Final = "text-sm text-soft"
NOTE: Final = "text-[0.8125rem] text-faint"
FIGURES: Final = "tabular-nums"
LINK: Final = "text-amber underline decoration-1 underline-offset-4 hover:decoration-2"
NAV: Final = "text-sm text-soft hover:text-ink transition-colors"
HIDDEN: Final = "sr-only"

CARD: Final = "rounded-3xl bg-panel border border-line"
PADDED: Final = "p-5 sm:p-7"
FIELD: Final = (
    "w-full rounded-xl bg-raised border border-line px-3.5 py-2.5 text-base text-ink placeholder:text-faint "
    "focus-visible:outline-2 focus-visible:outline-offset-0"
)
LABEL: Final = "flex flex-col gap-1.5 text-sm text-soft"
ERROR: Final = "flex items-start gap-2 text-sm text-bad empty:hidden"
DIALOG: Final = (
    "m-auto w-[calc(100%-1.5rem)] rounded-3xl bg-panel text-ink border border-line shadow-2xl shadow-black/40"
)
MENU: Final = (
    "fixed inset-auto right-[max(1rem,calc(50vw-34.5rem))] top-16 m-0 w-60 rounded-2xl bg-panel text-ink border border-line p-2 shadow-xl "
    "shadow-black/30"
)
MENU_ITEM: Final = (
    "flex w-full items-center gap-3 rounded-xl px-3 py-2.5 text-sm text-soft hover:bg-raised hover:text-ink"
)

_BUTTON = (
    "group inline-flex items-center justify-center gap-2 rounded-full font-medium whitespace-nowrap select-none "
    "cursor-pointer transition-[background-color,color,border-color,scale] active:scale-[0.98] "
    "disabled:opacity-60 disabled:cursor-default"
)
_KINDS: Final[dict[Kind, str]] = {
    "primary": "bg-honey text-honey-ink px-5 h-11 text-[0.9375rem] hover:brightness-105",
    "quiet": "border border-line text-soft px-3.5 h-9 text-sm hover:text-ink hover:bg-raised",
    "plain": "text-soft px-2.5 h-9 text-sm hover:text-ink hover:bg-raised",
}


def button_look(kind: Kind) -> str:
    """Give the look of a button, or of a link that looks like one."""
    return f"{_BUTTON} {_KINDS[kind]}"


CHIP: Final = (
    "shrink-0 rounded-full border border-line px-3 h-8 text-[0.8125rem] text-soft cursor-pointer transition-colors "
    "hover:text-ink hover:bg-raised aria-pressed:bg-ink aria-pressed:text-ground aria-pressed:border-ink"
)
PILL: Final = "inline-flex items-center gap-1.5 rounded-full bg-raised px-3 h-8 text-[0.8125rem] text-soft"
TILE: Final = (
    "group flex w-[5.25rem] shrink-0 snap-start flex-col items-center gap-2.5 rounded-2xl p-2 pt-3 text-center "
    "text-[0.8125rem] leading-tight text-soft cursor-pointer transition-colors hover:text-ink hover:bg-panel "
    "aria-pressed:text-ink aria-pressed:bg-panel"
)
SHELF: Final = (
    "-mx-4 px-4 sm:mx-0 sm:px-0 flex gap-1 overflow-x-auto snap-x scroll-px-4 sm:justify-between "
    "[scrollbar-width:none]"
)
TILE_SLAB: Final = "slab size-14 rounded-[1.1rem]"
TILE_ICON: Final = (
    "grid size-14 place-items-center rounded-[1.1rem] border border-dashed border-line text-soft"
)
SMALL_SLAB: Final = "slab size-11 shrink-0 rounded-[0.85rem]"
MARK: Final = "slab size-7 shrink-0 rounded-[0.6rem] [--a:82] [--b:52]"

PROMPT: Final = (
    "grows block w-full min-h-32 max-h-[50dvh] resize-none bg-transparent px-4 pt-4 pb-2 text-[1.0625rem] leading-relaxed text-ink "
    "placeholder:text-faint outline-none"
)
FORM: Final = (
    "relative rounded-3xl bg-panel border border-line transition-colors has-[textarea:focus]:border-amber"
)
PROSE: Final = "px-4 pt-4 pb-2 leading-[1.9] text-soft sm:text-[1.0625rem] sm:leading-[2]"
BLANK: Final = (
    "grows min-w-12 max-w-full rounded-lg bg-raised px-2 py-0.5 text-ink placeholder:text-amber "
    "border-b-2 border-amber focus-visible:outline-offset-0"
)
SUGGESTIONS: Final = "flex flex-col gap-2 py-2"
SUGGESTION_ROW: Final = (
    "flex items-center gap-2 overflow-x-auto px-4 py-0.5 sm:flex-wrap [scrollbar-width:none]"
)
SUGGESTION_LABEL: Final = "sticky left-0 w-20 shrink-0 bg-panel text-[0.8125rem] text-faint sm:w-28"
TOOLBAR: Final = "sticky bottom-0 flex flex-wrap items-center gap-x-3 gap-y-2 rounded-b-3xl bg-panel p-3 pl-4 sm:static sm:gap-x-4"
GENERATE: Final = f"{button_look('primary')} w-full sm:w-auto"
SWITCH: Final = "inline-flex rounded-full bg-raised p-1"
SWITCH_CHOICE: Final = (
    "inline-flex h-8 cursor-pointer items-center gap-1.5 rounded-full px-3 text-[0.8125rem] text-soft "
    "has-checked:bg-ground has-checked:text-ink has-focus-visible:outline-2 has-focus-visible:outline-amber "
    "aria-pressed:bg-ground aria-pressed:text-ink"
)
VARIATION: Final = (
    "inline-flex h-8 min-w-8 cursor-pointer items-center justify-center rounded-full px-2 text-[0.8125rem] text-soft "
    "has-checked:bg-ground has-checked:text-ink has-focus-visible:outline-2 has-focus-visible:outline-amber"
)

_ADD = (
    "h-10 cursor-pointer items-center gap-1.5 rounded-full bg-raised px-3.5 text-[0.8125rem] text-soft hover:text-ink "
    "has-focus-visible:outline-2 has-focus-visible:outline-amber has-disabled:cursor-default has-disabled:opacity-50"
)
ADD: Final = f"inline-flex {_ADD}"
ADD_PHOTO: Final = f"hidden pointer-coarse:inline-flex {_ADD}"
PICTURES: Final = "group/pictures hidden flex-col gap-3 px-4 pb-2 pt-1 data-filled:flex"
TRAY_HEAD: Final = "hidden flex-wrap items-center gap-x-3 gap-y-2 group-data-many/pictures:flex"
TRAY: Final = "flex flex-wrap gap-3 empty:hidden"
PICTURE_STAGE: Final = "relative w-fit"
PICTURE: Final = "flex flex-col items-center gap-1.5 data-sending:cursor-progress"
PICTURE_CUT: Final = (
    "overflow-hidden rounded-xl bg-raised cursor-grab select-none active:cursor-grabbing data-still:cursor-default "
    "focus-visible:outline-2 focus-visible:outline-offset-2"
)
PICTURE_IMAGE: Final = "pointer-events-none size-full object-cover in-[[data-whole]]:object-contain in-[[data-sending]]:opacity-45"
PICTURE_FOOT: Final = "flex h-7 w-full items-center justify-between gap-1"
PICTURE_NAME: Final = "flex-1 truncate text-center text-xs text-soft"
_ROUND = "grid size-7 shrink-0 cursor-pointer place-items-center rounded-full"
PICTURE_ACT: Final = f"{_ROUND} text-soft hover:bg-raised hover:text-ink disabled:invisible"
PICTURE_REMOVE: Final = f"{_ROUND} absolute right-1 top-1 bg-black/65 text-white hover:bg-black/85"
PICTURE_PROGRESS: Final = (
    "absolute inset-x-2 top-14 h-1.5 accent-honey hidden in-[[data-sending]]:block w-[calc(100%-1rem)]"
)
REFUSALS: Final = "flex flex-col gap-2 empty:hidden"
REFUSED: Final = "flex items-center gap-3 rounded-xl bg-raised p-2 pl-3"
REFUSED_IMAGE: Final = "size-10 shrink-0 rounded-lg object-cover not-[[src]]:hidden"
REFUSED_NAME: Final = "block truncate text-soft"
DROP_HINT: Final = (
    "pointer-events-none absolute inset-0 z-10 hidden place-items-center rounded-3xl border-2 border-dashed border-amber "
    "bg-panel/90 text-ink in-[[data-dropping]]:grid"
)

GRID: Final = "grid gap-5 sm:grid-cols-2 lg:grid-cols-3 grid-flow-dense"
VIDEO_CARD: Final = "scroll-mt-24 group/card data-large:sm:col-span-full flex flex-col overflow-hidden rounded-3xl bg-panel border border-line"
CARD_INSIDE: Final = "flex flex-1 flex-col lg:group-data-large/card:flex-row"
MAKING: Final = f"making {CARD_INSIDE}"
STAGE: Final = (
    "shade relative aspect-square w-full shrink-0 overflow-hidden "
    "lg:group-data-large/card:w-[62%] lg:group-data-large/card:aspect-[16/10]"
)
PLAYER: Final = "absolute inset-0 size-full object-contain"
CARD_BODY: Final = "flex min-w-0 flex-1 flex-col gap-3 p-4 lg:group-data-large/card:p-7"
CARD_TEXT: Final = "text-sm text-soft line-clamp-2 lg:group-data-large/card:line-clamp-[9]"
CENTERED: Final = "absolute inset-0 grid place-items-center"
BLOCK: Final = "block relative h-[72%] overflow-hidden rounded-2xl shadow-2xl shadow-black/50"
UNCUT: Final = "uncut absolute inset-0"
BLADE: Final = "blade absolute -inset-y-4 w-px"
TRACK: Final = "h-1 w-full overflow-hidden rounded-full bg-raised"
BAR: Final = "bar h-full rounded-full bg-honey"
STEPS: Final = "flex items-center justify-between gap-2 text-xs text-faint"
STEP: Final = "inline-flex items-center gap-1.5 data-[at=now]:text-ink data-[at=now]:font-medium data-[at=past]:text-soft"
DOT: Final = (
    "size-1.5 rounded-full bg-line group-data-[at=now]/step:bg-honey group-data-[at=past]/step:bg-faint"
)
EMPTY: Final = "flex flex-col items-center gap-3 rounded-3xl border border-dashed border-line px-6 py-14 text-center text-soft"

HEADER: Final = "sticky top-0 z-20 bg-ground/85 backdrop-blur-md border-b border-line/60"
HEADER_ROW: Final = "flex h-16 items-center gap-1 sm:gap-2"
LOGO: Final = "group flex min-w-0 items-center gap-2.5"
WORDMARK: Final = "truncate font-display text-[1.15rem] sm:text-[1.3rem] tracking-[-0.01em]"
SKIP: Final = (
    "sr-only focus:not-sr-only focus:fixed focus:left-4 focus:top-3 focus:z-50 focus:rounded-full focus:bg-honey "
    "focus:px-4 focus:py-2 focus:text-honey-ink"
)
HEADER_LINK: Final = f"px-1 sm:px-2.5 {NAV}"
HEADER_LINK_WIDE: Final = f"hidden sm:inline {HEADER_LINK}"
FOOTER: Final = "mt-24 border-t border-line/60 py-8"
TOAST: Final = (
    "fixed bottom-5 left-1/2 z-50 -translate-x-1/2 flex items-center gap-2.5 rounded-full bg-panel border border-line "
    "px-4 h-10 text-sm text-soft shadow-xl shadow-black/30"
)
OFFERS: Final = "grid gap-1.5 sm:grid-cols-2"
OFFER: Final = (
    "group flex w-full items-center gap-3.5 rounded-2xl p-2.5 text-left cursor-pointer transition-colors "
    "hover:bg-raised focus-visible:bg-raised"
)
TABLE_ROW: Final = "flex items-baseline gap-4 border-b border-line/60 py-3 last:border-0"
IDEA: Final = (
    "group flex flex-col overflow-hidden rounded-3xl bg-panel border border-line text-left cursor-pointer"
)
IDEA_STAGE: Final = "shade grid h-28 place-items-center sm:h-40"
IDEA_SLAB: Final = "slab h-14 w-24 rounded-[1.1rem] sm:h-20 sm:w-32 sm:rounded-[1.4rem]"

PACKS: Final = "grid gap-5 lg:grid-cols-3"
PACK: Final = (
    "group flex scroll-mt-24 flex-col overflow-hidden rounded-3xl bg-panel border border-line transition-colors "
    "data-chosen:border-amber"
)
PACK_STAGE: Final = "shade grid h-40 place-items-center"
SLICES: Final = "slices flex"
SLICE: Final = "slab h-20 w-28 rounded-[1.4rem] not-first:-ml-14 shadow-xl shadow-black/30"
SLICE_GONE: Final = "opacity-25 grayscale [--a:82] [--b:52]"
PACK_BODY: Final = "flex flex-1 flex-col gap-5 p-6 sm:p-7"
PRICE: Final = "font-display text-5xl tracking-[-0.02em]"
STRUCK: Final = "text-lg text-faint line-through decoration-1"
FACTS: Final = "flex flex-col gap-2.5 border-t border-line/60 pt-5 text-sm text-soft"
FACT: Final = "flex items-center gap-2.5"
GOOD: Final = "inline-flex items-center rounded-full border border-line px-3 h-8 text-[0.8125rem] text-good"
WIDE_BUTTON: Final = f"{button_look('primary')} w-full"
CHECK: Final = "flex cursor-pointer items-start gap-3 rounded-2xl bg-raised p-4 text-sm text-ink"
CHECKBOX: Final = "mt-0.5 size-5 shrink-0 accent-honey"
SPINNER: Final = "turning size-4 rounded-full border-2 border-current border-t-transparent"
BUSY: Final = "inline-flex items-center gap-2.5"
READING: Final = "w-full max-w-2xl mx-auto px-4 sm:px-6"
ARTICLE: Final = "flex flex-col gap-4 pt-12 sm:pt-20 text-soft leading-relaxed"
BULLETS: Final = "flex list-disc flex-col gap-2 pl-5 marker:text-faint"
STRONG: Final = "font-medium text-ink"
FOOTER_LINKS: Final = "flex flex-wrap items-center gap-x-5 gap-y-2"
RESULT: Final = "flex max-w-2xl flex-col items-start gap-6 pt-12 pb-8 sm:pt-20"
WAITING_BLOCK: Final = "h-24 w-44 sm:h-32 sm:w-56"
RESULT_STAGE: Final = "shade grid h-44 w-full place-items-center overflow-hidden rounded-3xl sm:h-56"
FLOW_STEP: Final = "group/step flex flex-col gap-2 border-b border-line/60 py-3.5 last:border-0"
FLOW_MARK: Final = (
    "grid size-5 place-items-center text-faint group-data-[state=passed]/step:text-good "
    "group-data-[state=failed]/step:text-bad group-data-[state=running]/step:text-amber"
)
FACTS_PRE: Final = "overflow-x-auto rounded-xl bg-raised p-3.5 text-xs leading-relaxed text-soft"
OFFICE_ROW: Final = "flex flex-wrap items-end gap-3"
PURCHASE_PAID: Final = f"ml-auto text-right text-sm sm:w-20 {FIGURES}"
PURCHASE: Final = "flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line/60 py-3.5 last:border-0"
ARCHIVE: Final = "flex flex-wrap items-center justify-between gap-x-6 gap-y-4"
ARCHIVE_BAR: Final = (
    "h-1.5 w-full appearance-none overflow-hidden rounded-full bg-raised [&::-webkit-progress-bar]:bg-raised "
    "[&::-webkit-progress-value]:rounded-full [&::-webkit-progress-value]:bg-honey "
    "[&::-webkit-progress-value]:transition-[width] [&::-moz-progress-bar]:bg-honey"
)
CLERK: Final = "group/clerk flex flex-col gap-4"
CLERK_WAIT: Final = f"{TEXT} hidden group-data-[at=waiting]/clerk:block"
CLERK_AGAIN: Final = f"{button_look('quiet')} hidden! self-start group-data-[at=failed]/clerk:inline-flex!"
CLERK_OTHER: Final = f"{button_look('quiet')} hidden! self-start group-data-[at=refused]/clerk:inline-flex!"

TEASER: Final = "grid grid-cols-3 gap-2 sm:grid-cols-6 sm:gap-3"
TEASER_TILE: Final = "shade group relative aspect-square overflow-hidden rounded-2xl"
COVER: Final = "absolute inset-0 size-full object-cover"
PREVIEW: Final = "pointer-events-none absolute inset-0 [&>video]:size-full [&>video]:object-cover"
CARD_PREVIEW: Final = (
    "pointer-events-none absolute inset-x-0 top-0 bottom-0 [&>video]:size-full [&>video]:object-contain"
)
ROUND: Final = (
    "inline-grid size-9 shrink-0 place-items-center rounded-full text-soft cursor-pointer transition-colors "
    "hover:bg-raised hover:text-ink disabled:opacity-40 disabled:cursor-default aria-pressed:text-amber "
    "aria-pressed:[&_svg]:fill-current"
)
DANGER: Final = f"{button_look('quiet')} hover:text-bad"
ACTIONS: Final = "flex flex-wrap items-center gap-1.5"
SOON: Final = "breathing inline-flex items-center gap-2 px-2.5 h-9 text-sm text-amber whitespace-nowrap"

LIBRARY_HEAD: Final = "flex flex-wrap items-end gap-x-4 gap-y-4 pt-8 pb-5 sm:pt-12"
SEARCH: Final = "relative w-full sm:w-72"
SEARCH_ICON: Final = "pointer-events-none absolute inset-y-0 left-3.5 grid place-items-center text-faint"
SEARCH_FIELD: Final = (
    "h-11 w-full rounded-full bg-panel border border-line pl-10 pr-4 text-[0.9375rem] text-ink "
    "placeholder:text-faint focus-visible:outline-2 focus-visible:outline-offset-0"
)
FILTERS: Final = "sticky top-16 z-10 -mx-4 flex flex-col gap-2.5 bg-ground px-4 py-3 sm:-mx-6 sm:px-6"
CHIPS: Final = "flex items-center gap-2 overflow-x-auto -mx-4 px-4 sm:mx-0 sm:px-0 [scrollbar-width:none]"
COUNT: Final = f"ml-1.5 opacity-60 {FIGURES}"
SELECT: Final = (
    "h-8 shrink-0 cursor-pointer appearance-none rounded-full border border-line bg-transparent pl-3 pr-8 "
    "text-[0.8125rem] text-soft hover:text-ink hover:bg-raised data-set:bg-raised data-set:text-ink "
    "data-set:border-amber"
)
SELECT_BOX: Final = "relative shrink-0"
SELECT_ARROW: Final = "pointer-events-none absolute inset-y-0 right-2.5 grid place-items-center text-faint"
DAY: Final = "h-8 rounded-full border border-line bg-transparent px-3 text-[0.8125rem] text-soft"

TILES_ROOM: Final = "tiles-room min-h-[50dvh] pt-2"
TILES: Final = "tiles"
LIBRARY_TILE: Final = (
    "group/tile tile shade relative scroll-mt-44 overflow-hidden rounded-xl sm:rounded-2xl outline-offset-2 "
    "has-[[data-opens-video]:focus-visible]:outline-2 has-[[data-opens-video]:focus-visible]:outline-amber "
    "has-checked:outline-3 has-checked:outline-honey has-checked:-outline-offset-3"
)
TILE_COVER: Final = "absolute inset-0 size-full cursor-pointer text-left outline-none"
TILE_SHADE: Final = (
    "tile-shade pointer-events-none absolute inset-x-0 bottom-0 flex items-end gap-2 p-3 pt-10 text-white"
)
TILE_TITLE: Final = "line-clamp-1 sm:line-clamp-2 min-w-0 flex-1 text-[0.8125rem] leading-snug font-medium"
TILE_SAID: Final = (
    "pointer-events-none absolute left-2.5 bottom-2.5 rounded-full bg-black/55 px-2.5 py-1 text-[0.6875rem] "
    "font-medium text-white backdrop-blur-sm"
)
TILE_STATE: Final = "absolute inset-0 grid place-items-center text-white max-sm:pb-5"
TILE_STATE_INSIDE: Final = "flex flex-col items-center gap-2 px-3 text-center text-[0.8125rem] font-medium"
TILE_HEART: Final = (
    "pointer-events-none absolute top-2.5 right-2.5 text-white drop-shadow [&_svg]:fill-current"
)
PICK: Final = (
    "absolute top-2 left-2 z-[1] grid size-8 cursor-pointer place-items-center rounded-full opacity-0 "
    "transition-opacity group-hover/tile:opacity-100 focus-within:opacity-100 has-checked:opacity-100 picking"
)
PICK_BOX: Final = "size-5 cursor-pointer accent-honey"
BONE: Final = "tile breathing rounded-xl bg-raised sm:rounded-2xl"
SENTINEL: Final = "flex justify-center py-8"
PICK_BAR: Final = (
    "pick-bar fixed inset-x-3 bottom-3 z-30 mx-auto max-w-3xl items-center gap-1 rounded-3xl border border-line "
    "bg-panel p-2 pl-5 shadow-2xl shadow-black/50 sm:bottom-5 sm:gap-1.5 sm:rounded-full"
)
PICK_NAME: Final = "hidden sm:inline"
PICK_SAYS: Final = (
    "absolute inset-x-0 bottom-full mx-auto mb-2 w-fit max-w-full rounded-2xl border border-line bg-panel px-4 py-2 text-sm text-ink "
    "shadow-2xl shadow-black/50"
)

SHEET: Final = (
    "sheet m-auto h-fit max-h-[94dvh] w-full max-w-none overflow-hidden bg-panel text-ink border border-line shadow-2xl "
    "shadow-black/50 max-sm:mb-0 max-sm:rounded-t-3xl sm:w-[calc(100%-3rem)] sm:max-w-6xl sm:rounded-3xl"
)
SHEET_INSIDE: Final = "outline-none flex max-h-[94dvh] flex-col overflow-y-auto overscroll-contain lg:h-[min(86dvh,46rem)] lg:flex-row lg:overflow-hidden"
SHEET_STAGE: Final = "shade relative shrink-0 max-lg:w-full lg:min-w-0 lg:flex-1"
SHEET_PLAYER: Final = (
    "w-full align-top object-contain max-lg:max-h-[56dvh] lg:absolute lg:inset-0 lg:size-full"
)
SHEET_WAITING: Final = "relative h-64 sm:h-80 lg:absolute lg:inset-0 lg:h-full"
SHEET_SIDE: Final = "flex min-w-0 flex-col gap-5 p-5 sm:p-6 lg:w-[24rem] lg:overflow-y-auto"
SHEET_TOP: Final = "flex items-center gap-1"
NAME_FIELD: Final = (
    "w-full truncate rounded-lg bg-transparent -mx-2 px-2 py-1 font-display text-2xl tracking-[-0.015em] text-ink "
    "placeholder:text-ink hover:bg-raised focus-visible:bg-raised focus-visible:outline-2 focus-visible:outline-offset-0"
)
SETTINGS: Final = "grid grid-cols-[auto_1fr] gap-x-6 gap-y-2 border-t border-line/60 pt-4 text-sm text-soft"
SETTING: Final = "text-right text-ink"
PROMPT_BOX: Final = "max-h-48 overflow-y-auto whitespace-pre-wrap break-words rounded-2xl bg-raised p-4 text-sm leading-relaxed text-soft"
LINK_FIELD: Final = (
    "h-9 min-w-0 flex-1 truncate rounded-full bg-raised border border-line px-3.5 text-[0.8125rem] text-soft"
)
NOTE_BAR: Final = (
    "fixed bottom-5 left-1/2 z-40 flex w-max max-w-[calc(100%-2rem)] -translate-x-1/2 items-center gap-3 rounded-full "
    "border border-line bg-panel py-1.5 pl-5 pr-2 text-sm text-ink shadow-2xl shadow-black/50 min-h-11"
)

PORTRAIT: Final = (
    "relative inline-grid shrink-0 place-items-center overflow-hidden rounded-full bg-honey text-honey-ink font-medium "
    "select-none"
)
PORTRAIT_SMALL: Final = f"{PORTRAIT} size-7 text-[0.6875rem]"
PORTRAIT_LARGE: Final = f"{PORTRAIT} size-16 text-2xl sm:size-24 sm:text-4xl font-display"
PORTRAIT_IMAGE: Final = "absolute inset-0 size-full object-cover"
PORTRAIT_BUTTON: Final = "grid size-9 place-items-center rounded-full cursor-pointer transition-[scale] hover:scale-105 active:scale-95"
PROFILE_HEAD: Final = "flex flex-wrap items-center gap-x-6 gap-y-5 pt-8 pb-7 sm:pt-14 sm:pb-10"
PROFILE_NAME: Final = "font-display text-3xl leading-tight tracking-[-0.02em] sm:text-5xl [overflow-wrap:anywhere] line-clamp-2 text-ink"
PROFILE_FACTS: Final = "flex flex-wrap items-center gap-x-2.5 gap-y-1 text-sm text-soft"
PROFILE_BODY: Final = "grid gap-6 lg:grid-cols-[13.5rem_minmax(0,1fr)] lg:gap-12"
PROFILE_NAV: Final = (
    "sticky top-16 z-10 -mx-4 flex gap-1 overflow-x-auto bg-ground px-4 py-2.5 [scrollbar-width:none] sm:-mx-6 sm:px-6 "
    "lg:top-24 lg:mx-0 lg:flex-col lg:self-start lg:overflow-visible lg:px-0 lg:py-0"
)
PROFILE_TAB: Final = (
    "flex h-10 shrink-0 items-center gap-2.5 rounded-full px-3.5 text-sm text-soft transition-colors hover:bg-raised hover:text-ink "
    "aria-[current=page]:bg-raised aria-[current=page]:text-ink aria-[current=page]:font-medium lg:rounded-xl"
)
PROFILE_PANEL: Final = "panel flex flex-col gap-8 scroll-mt-32 outline-none"
SETTING_CARD: Final = f"{CARD} {PADDED} flex flex-col gap-5"
SETTING_HEAD: Final = "flex flex-col gap-1"
SETTING_TITLE: Final = "text-base font-medium text-ink"
SAVED: Final = "text-sm text-good empty:hidden"
BALANCE: Final = (
    "relative overflow-hidden rounded-3xl bg-panel border border-line grid sm:grid-cols-[1fr_17rem]"
)
BALANCE_TEXT: Final = "flex flex-col gap-5 p-5 sm:p-8"
BALANCE_FIGURE: Final = "font-display text-6xl leading-none tracking-[-0.03em] sm:text-7xl"
BALANCE_STAGE: Final = "shade hidden place-items-center sm:grid"
BALANCE_FACTS: Final = "flex flex-wrap gap-x-8 gap-y-3 border-t border-line/60 pt-5"
THEMES: Final = "grid grid-cols-3 gap-3"
THEME_CARD: Final = (
    "group flex cursor-pointer flex-col gap-2.5 rounded-2xl border border-line p-2 text-left text-[0.8125rem] text-soft "
    "hover:text-ink aria-pressed:border-amber aria-pressed:text-ink"
)
THEME_VIEW: Final = "relative h-16 w-full overflow-hidden rounded-xl sm:h-20"
THEME_NAME: Final = "flex items-center gap-2 px-1.5 pb-1"
SELECT_WIDE: Final = f"{FIELD} cursor-pointer appearance-none pr-10"
SWITCHES: Final = "flex flex-col divide-y divide-line/60"
SWITCH_ROW: Final = "flex cursor-pointer items-center justify-between gap-6 py-4 first:pt-0 last:pb-0"
SWITCH_BOX: Final = (
    "relative h-6 w-11 shrink-0 cursor-pointer appearance-none rounded-full border border-faint bg-raised transition-colors "
    "before:absolute before:left-[3px] before:top-[3px] before:size-4 before:rounded-full before:bg-soft before:transition-transform "
    "checked:border-honey checked:bg-honey checked:before:translate-x-5 checked:before:bg-honey-ink"
)
UNPROVED_NOTE: Final = "rounded-2xl bg-raised px-4 py-3 text-sm text-ink"
NOTICE: Final = "flex flex-wrap items-center gap-x-4 gap-y-3 rounded-2xl border border-amber/50 bg-panel p-4 text-sm text-ink sm:px-5"
TEXT_AREA: Final = f"grows block min-h-40 max-h-[60dvh] resize-y leading-relaxed {FIELD}"
KINDS: Final = "flex flex-wrap gap-2"
KIND: Final = (
    "inline-flex h-9 cursor-pointer items-center rounded-full border border-line px-3.5 text-sm text-soft transition-colors "
    "hover:bg-raised hover:text-ink has-checked:bg-ink has-checked:text-ground has-checked:border-ink "
    "has-focus-visible:outline-2 has-focus-visible:outline-amber has-focus-visible:outline-offset-2"
)
FIELD_FOOT: Final = "flex items-start justify-between gap-4"
UNSEEN: Final = "absolute -left-[999rem] size-px overflow-hidden"
LETTER: Final = "group/letter flex flex-col gap-4"
LETTER_ASKING: Final = "flex flex-col gap-4 group-data-at/letter:hidden"
LETTER_DONE: Final = "hidden flex-col items-start gap-4 outline-none group-data-[at=done]/letter:flex"
LETTER_GONE: Final = "hidden flex-col items-start gap-4 outline-none group-data-[at=gone]/letter:flex"
LETTER_STRANGER: Final = "hidden flex-col items-start gap-4 outline-none group-data-[at=stranger]/letter:flex"
LETTER_NOTE: Final = (
    "flex flex-wrap items-center gap-x-6 gap-y-4 rounded-3xl border border-amber/50 bg-panel p-5 sm:px-7"
)
SECURITY_ROW: Final = "relative border-b border-line/60 py-4 last:border-0"
SECURITY_LINE: Final = "flex flex-wrap items-center gap-x-4 gap-y-2 sm:min-h-9 sm:pr-40"
SECURITY_OPENER: Final = f"{button_look('quiet')} list-none max-sm:mt-3 sm:absolute sm:right-0 sm:top-4 [&::-webkit-details-marker]:hidden"
SECURITY_VALUE: Final = "flex flex-wrap items-center gap-x-4 gap-y-1"
SECURITY_FORM: Final = "max-w-sm pt-5 pb-2"
PROVED: Final = "inline-flex items-center gap-1 text-[0.8125rem] text-good"
UNPROVED: Final = "text-[0.8125rem] text-amber"
DESK: Final = "grid gap-x-10 gap-y-5 pt-5 lg:grid-cols-[10.5rem_minmax(0,1fr)] lg:pt-8"
DESK_NAV: Final = (
    "sticky top-16 z-10 -mx-4 self-start overflow-x-auto bg-ground px-4 py-2 [scrollbar-width:none] sm:-mx-6 sm:px-6 "
    "lg:top-24 lg:mx-0 lg:overflow-visible lg:p-0"
)
DESK_NAV_LIST: Final = "flex gap-1 lg:flex-col lg:gap-0.5"
DESK_NAV_LINK: Final = (
    "max-lg:aria-[current=page]:[scroll-initial-target:nearest] "
    "flex h-8 items-center whitespace-nowrap rounded-lg px-3 text-[0.8125rem] text-soft transition-colors hover:bg-raised "
    "hover:text-ink aria-[current=page]:bg-raised aria-[current=page]:font-medium aria-[current=page]:text-ink lg:-ml-3"
)
DESK_MAIN: Final = "flex min-w-0 flex-col gap-5 pb-4"
DESK_HEAD: Final = "flex flex-wrap items-center gap-x-4 gap-y-3"
DESK_TITLE: Final = "text-xl font-medium tracking-[-0.01em] text-ink"
DESK_SEARCH: Final = "relative w-full sm:w-96"
DESK_FIELD: Final = (
    "h-9 w-full rounded-lg bg-panel border border-line pl-9 pr-3 text-[0.8125rem] text-ink placeholder:text-faint "
    "text-ellipsis max-sm:text-base focus-visible:outline-2 focus-visible:outline-offset-0"
)
DESK_INPUT: Final = (
    "h-9 w-full rounded-lg bg-ground border border-line px-3 text-[0.8125rem] text-ink placeholder:text-faint "
    "max-sm:text-base focus-visible:outline-2 focus-visible:outline-offset-0"
)
DESK_GROUP: Final = (
    "flex items-center gap-1 overflow-x-auto -mx-4 px-4 sm:mx-0 sm:px-0 [scrollbar-width:none]"
)
DESK_GROUP_NAME: Final = "w-16 shrink-0 text-xs text-faint"
DESK_CHOICE: Final = (
    "inline-flex h-7 shrink-0 items-center rounded-md px-2.5 text-[0.8125rem] text-soft transition-colors hover:bg-raised "
    "cursor-pointer hover:text-ink aria-[current=true]:bg-raised aria-[current=true]:text-ink aria-pressed:bg-raised aria-pressed:text-ink"
)
DESK_CARD: Final = "overflow-clip rounded-xl border border-line bg-panel"
DESK_TABLE: Final = "w-full border-collapse text-left text-[0.8125rem] max-md:block"
DESK_TABLE_HEAD: Final = "max-md:hidden"
DESK_TABLE_BODY: Final = "max-md:block"
DESK_HEAD_CELL: Final = "border-b border-line px-3 py-2 text-xs font-normal text-faint first:pl-4 last:pr-4 data-number:pr-8 data-number:text-right"
DESK_LINE: Final = (
    "group/line relative border-b border-line/60 last:border-0 has-[[data-opens]]:hover:bg-raised/60 "
    "max-md:grid max-md:grid-cols-2 max-md:gap-x-4 max-md:gap-y-2 max-md:px-4 max-md:py-3"
)
DESK_CELL: Final = (
    "max-w-72 px-3 py-2 align-top text-soft first:pl-4 first:text-ink last:pr-4 data-number:text-right data-number:tabular-nums "
    "max-md:block max-md:max-w-none max-md:p-0! max-md:text-left! max-md:first:col-span-2 max-md:data-empty:hidden data-number:md:pr-8 "
    "max-md:not-first:before:mb-0.5 max-md:not-first:before:block max-md:not-first:before:text-xs "
    "max-md:not-first:before:text-faint max-md:not-first:before:content-[attr(data-head)]"
)
DESK_OPENS: Final = "after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-amber"
DESK_TEXT: Final = (
    "line-clamp-2 break-words data-[tone=faint]:text-faint data-[tone=bad]:text-bad data-[tone=warn]:text-amber data-[tone=good]:text-good "
    "data-code:block data-code:truncate data-code:font-mono data-code:text-xs data-code:leading-5"
)
DESK_LINK: Final = "relative z-[1] decoration-1 underline-offset-4 hover:text-ink hover:underline"
DESK_NOTE: Final = "line-clamp-2 break-words text-xs text-faint"
DESK_MARK: Final = "inline-flex items-center gap-2 whitespace-nowrap text-ink data-[tone=faint]:text-soft"
DESK_DOT: Final = (
    "size-1.5 shrink-0 rounded-full bg-soft data-[tone=good]:bg-good data-[tone=bad]:bg-bad data-[tone=warn]:bg-honey "
    "data-[tone=faint]:bg-line"
)
DESK_EMPTY: Final = (
    "px-4 py-10 text-center in-[article]:py-4 in-[article]:text-left text-[0.8125rem] text-faint"
)
DESK_PAGES: Final = "flex items-center justify-end gap-2"
DESK_SECTION: Final = "flex min-w-0 flex-col gap-2.5"
DESK_SECTION_NAME: Final = "text-[0.8125rem] font-medium text-ink"
DESK_THING: Final = "grid items-start gap-x-8 gap-y-6 xl:grid-cols-[minmax(0,1fr)_18rem]"
DESK_FACTS: Final = "grid grid-cols-2 gap-x-6 gap-y-4 p-4 sm:grid-cols-3 sm:p-5"
DESK_FACT_NAME: Final = "text-xs text-faint"
DESK_FACT: Final = (
    "block break-words text-[0.8125rem] text-ink data-[tone=faint]:text-faint data-[tone=bad]:text-bad "
    "data-[tone=warn]:text-amber data-code:break-all data-code:font-mono data-code:text-xs data-code:leading-5"
)
DESK_ASIDE: Final = "flex min-w-0 flex-col gap-3 xl:sticky xl:top-24 xl:row-span-2"
DESK_REST: Final = "flex min-w-0 flex-col gap-6"
DESK_ACTS: Final = f"{DESK_CARD} divide-y divide-line/60"
DESK_ACT: Final = "group/act"
DESK_ACT_NAME: Final = (
    "flex h-11 cursor-pointer list-none items-center justify-between gap-3 px-4 text-[0.8125rem] text-ink hover:bg-raised/60 "
    "focus-visible:-outline-offset-2 group-open/act:font-medium data-grave:text-bad [&::-webkit-details-marker]:hidden"
)
DESK_ACT_ARROW: Final = "text-faint transition-transform group-open/act:rotate-180"
DESK_ACT_FORM: Final = "flex flex-col gap-3 px-4 pb-4"
DESK_LABEL: Final = "flex flex-col gap-1 text-xs text-soft"
DESK_BUTTON: Final = (
    "inline-flex h-9 cursor-pointer items-center justify-center gap-2 rounded-lg bg-ink px-4 text-[0.8125rem] font-medium text-ground "
    "transition-opacity hover:opacity-90 disabled:cursor-default disabled:opacity-50 data-grave:bg-bad"
)
DESK_QUIET: Final = (
    "inline-flex h-8 cursor-pointer items-center gap-1.5 rounded-lg border border-line px-3 text-[0.8125rem] text-soft "
    "hover:bg-raised hover:text-ink"
)
DESK_SAID: Final = f"{DESK_CARD} flex flex-col gap-3 border-good! p-4 text-[0.8125rem] text-ink"
DESK_PRE: Final = "max-h-[32rem] overflow-auto whitespace-pre-wrap break-words p-4 font-mono text-xs leading-relaxed text-soft"
DESK_ID: Final = "font-mono text-xs break-all text-faint"
DESK_FIGURES: Final = "grid grid-cols-2 gap-3 xl:grid-cols-4"
DESK_FIGURE: Final = f"{DESK_CARD} flex flex-col gap-1 p-4 transition-colors hover:bg-raised/60"
DESK_NUMBER: Final = "text-2xl font-medium tracking-[-0.02em] tabular-nums text-ink data-[tone=warn]:text-amber data-[tone=bad]:text-bad"
DESK_BONE: Final = "breathing h-64 rounded-xl bg-panel"
DESK_MESSAGE: Final = "flex flex-col gap-2.5 px-4 py-3.5"
DESK_MESSAGE_HEAD: Final = "flex items-baseline gap-x-3 gap-y-1 text-[0.8125rem] max-sm:flex-wrap"
DESK_MESSAGE_TEXT: Final = (
    "max-w-3xl whitespace-pre-wrap [overflow-wrap:anywhere] text-[0.8125rem] leading-relaxed text-ink"
)
DESK_MESSAGE_ACTS: Final = "flex flex-wrap items-center gap-2"
DESK_REASON: Final = "h-8 w-full rounded-lg bg-ground border border-line px-3 text-[0.8125rem] text-ink max-sm:text-base sm:w-64"
DESK_THANKED: Final = "inline-flex shrink-0 items-center gap-1.5 text-xs text-good"

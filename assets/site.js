// What the browser can do without asking the server: count, remember what is typed, tick, open and close.
// React owns the page and may draw it anew at any time, so everything hangs on the document, nothing here writes into
// elements that React fills, and nothing is written before React has taken the page over.

(() => {
  "use strict";

  const find = (what, within = document) => within.querySelector(what);
  const findAll = (what, within = document) => [...within.querySelectorAll(what)];
  const form = () => find("form[data-studio]");
  const isReady = () => Boolean(window.__reflex); // Reflex sets it when React has taken over

  // assets/pictures.js listens: something of the form has changed, or the page was drawn anew.
  const tellPictures = () => dispatchEvent(new Event("drawn"));

  // --- what is typed stays, through reloads and a sign-in

  const DRAFT = "draft";
  let draft = { prompt: "", ratio: "", count: "", template: "", blanks: {} };
  try {
    draft = { ...draft, ...JSON.parse(sessionStorage.getItem(DRAFT)) };
  } catch {
    // Nothing was kept, or the browser keeps nothing.
  }

  const keep = () => {
    tellPictures();
    try {
      sessionStorage.setItem(DRAFT, JSON.stringify(draft));
    } catch {
      // The browser keeps nothing: then what is typed lasts as long as the page.
    }
  };

  const read = () => {
    const studio = form();
    if (!studio) return;
    draft.prompt = studio.elements.prompt.value;
    draft.ratio = studio.elements.ratio.value;
    draft.count = studio.elements.count.value;
    const template = find("[data-template]", studio);
    if (template) {
      const values = findAll("[data-blank]", template).map((blank) => [blank.dataset.blank, blank.value]);
      draft.blanks[template.dataset.template] = Object.fromEntries(values);
    }
    keep();
    count();
  };

  const restored = new WeakSet();

  const restore = () => {
    const studio = form();
    if (!studio) return;
    const { prompt, ratio, count: number } = studio.elements;
    if (!restored.has(prompt)) {
      restored.add(prompt);
      if (!prompt.value) prompt.value = draft.prompt;
      if (draft.ratio) ratio.value = draft.ratio;
      if (draft.count) number.value = draft.count;
    }
    const template = find("[data-template]", studio);
    if (template && !restored.has(template)) {
      restored.add(template);
      restoreTemplate(template, ratio);
    }
    if (template) awaited = "";
    if (!template && draft.template !== awaited && studio.dataset.answer !== undefined && isHydrated(studio)) draft.template = "";
    count();
  };

  // The template of a wish, until React has drawn it.
  let awaited = "";

  // The key is there once the server has spoken: only then does "no template" mean that there is none.
  const isHydrated = (studio) => Boolean(studio.elements.key.value);

  const restoreTemplate = (template, ratio) => {
    const name = template.dataset.template;
    const values = draft.blanks[name] || {};
    for (const blank of findAll("[data-blank]", template)) blank.value = values[blank.dataset.blank] || "";
    if (draft.template !== name) ratio.value = template.dataset.ratio;
    draft.template = name;
    draft.ratio = ratio.value;
    keep();
  };

  // --- the counter counts what the server counts: characters of the whole prompt, without the spaces around it

  const promptOf = (studio) => {
    const text = find("[data-template] > p", studio);
    if (!text) return studio.elements.prompt.value;
    return [...text.children].map((part) => part.value || part.placeholder || part.textContent).join("");
  };

  const count = () => {
    const studio = form();
    const counter = studio && find("[data-count]", studio);
    if (!counter) return;
    const limit = Number(counter.dataset.count);
    const length = [...promptOf(studio).trim()].length;
    const said = `${length.toLocaleString("en")} / ${limit.toLocaleString("en")}`;
    if (counter.textContent !== said) counter.firstChild.data = said;
    counter.toggleAttribute("data-over", length > limit);
    for (const chip of findAll("[data-fills]", studio)) {
      const blank = find(`[data-blank="${chip.dataset.fills}"]`, studio);
      chip.setAttribute("aria-pressed", String((blank.value || blank.placeholder) === chip.textContent));
    }
  };

  // --- pressing Generate: busy at once, and until the server's answer

  let answer;
  let waitsForReact = false;

  const submit = (event) => {
    const studio = event.target.closest?.("form[data-studio]");
    if (!studio) return;
    if (isReady() && !("busy" in studio.dataset) && isWhole()) {
      studio.dataset.busy = "";
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    waitsForReact = !isReady();
  };

  const hear = () => {
    const said = form()?.dataset.answer;
    if (said === undefined || said === answer) return;
    const isFirst = answer === undefined;
    answer = said;
    if (isFirst) return;
    for (const busy of findAll("form[data-studio][data-busy], [data-once][data-busy]")) delete busy.dataset.busy;
    if (said.startsWith("sign-in")) open("sign-in");
    dispatchEvent(new CustomEvent("answered", { detail: said }));
    if (said.startsWith("started")) wantsVideos = true;
  };

  // --- where the reader's eye goes next, once React has drawn it

  let wantsVideos = false;
  let wantsPrompt = false;

  const look = () => {
    const videos = wantsVideos && find("[data-videos]");
    if (videos) {
      wantsVideos = false;
      if (videos.getBoundingClientRect().top > innerHeight - 240) videos.scrollIntoView({ block: "start" });
    }
    const prompt = wantsPrompt && find("[data-prompt]");
    if (prompt && prompt.offsetParent) {
      wantsPrompt = false;
      prompt.focus();
    }
  };

  const toForm = () => form()?.scrollIntoView({ block: "center" });

  /** Put what a video was made of into the form, here or wherever the form is drawn next (states/wishes.py tells it). */
  const takeWish = (wish) => {
    if (wish.prompt) draft.prompt = wish.prompt;
    draft.ratio = wish.ratio;
    draft.template = awaited = wish.template;
    if (wish.template) draft.blanks[wish.template] = wish.blanks;
    keep();
    const studio = form();
    wantsPrompt = !wish.template;
    if (coming || wish.pictures.length || wish.missing) callPictures("wished", wish);
    if (!studio) return;
    studio.elements.prompt.value = draft.prompt;
    studio.elements.ratio.value = draft.ratio;
    const template = find("[data-template]", studio);
    if (template?.dataset.template === wish.template) restoreTemplate(template, studio.elements.ratio);
    count();
    toForm();
    plan();
  };

  let heard = "";

  // A wish stands in the page until another one is told: it is taken once, also over a reload.
  const WISHED = "wished";

  const hearWish = () => {
    const told = find("[data-wish]")?.dataset.wish;
    if (!told) return;
    const wish = JSON.parse(told);
    try {
      if (sessionStorage.getItem(WISHED) === wish.at) return;
      sessionStorage.setItem(WISHED, wish.at);
    } catch {
      if (heard === wish.at) return; // the browser keeps nothing
    }
    heard = wish.at;
    takeWish(wish);
  };

  const fill = (chip) => {
    const blank = find(`[data-blank="${chip.dataset.fills}"]`, form());
    blank.value = chip.textContent;
    read();
  };

  // --- dialogs

  const open = (name) => {
    const dialog = find(`dialog[data-dialog="${name}"]`);
    if (!dialog || dialog.open) return;
    dialog.showModal();
    find("[data-first]", dialog)?.focus();
  };

  const walk = (event, dialog) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const offers = findAll("[data-offer]", dialog);
    if (!offers.length) return;
    if (event.key === "Enter" && event.target.type === "search") {
      event.preventDefault();
      offers[0].click();
    } else if (step) {
      event.preventDefault();
      const here = offers.indexOf(document.activeElement);
      if (here + step < 0) find("[data-first]", dialog).focus();
      else offers[Math.min(here + step, offers.length - 1)].focus();
    }
  };

  // --- the looks of the account: its theme is put on when the server says another one than before, and kept when it is chosen

  const looks = () => {
    const [theme, region] = (find("[data-look]")?.dataset.look || "|").split("|");
    return { theme, region };
  };

  let wornTheme = "";

  const wear = () => {
    const { theme } = looks();
    if (!theme || theme === wornTheme) return;
    wornTheme = theme;
    const choice = find(`[data-theme=${theme}]`);
    if (choice?.getAttribute("aria-pressed") === "false") choice.click();
  };

  /** Keep with the account what was pressed here. */
  const keepTheme = (button) => {
    const flipped = document.documentElement.classList.contains("light") ? "dark" : "light";
    wornTheme = button.dataset.theme || flipped;
    const body = JSON.stringify({ theme: wornTheme });
    fetch("/api/user/profile", { method: "PATCH", headers: { "Content-Type": "application/json" }, body }).catch(() => {});
  };

  // --- moments and clocks

  const clocks = new WeakMap();
  let ticking = 0;

  let formats = {};
  const told = new WeakMap();

  // Written as in the region that the account has chosen, else as the browser does; in the reader's own time zone.
  const tell = () => {
    const region = looks().region || undefined;
    if (formats.region !== region || !formats.short) {
      const short = new Intl.DateTimeFormat(region, { month: "short", day: "numeric", hour: "numeric", minute: "2-digit" });
      const long = new Intl.DateTimeFormat(region, { dateStyle: "full", timeStyle: "long" });
      const dated = new Intl.DateTimeFormat(region, { dateStyle: "medium" });
      formats = { region, short, long, dated };
    }
    for (const time of findAll("time[data-at]")) {
      const key = `${time.dataset.at} ${region}`;
      if (told.get(time) === key) continue;
      told.set(time, key);
      const at = new Date(time.dataset.at);
      time.title = formats.long.format(at);
      time.textContent = (at.getFullYear() === new Date().getFullYear() ? formats.short : formats.dated).format(at);
    }
  };

  const tick = () => {
    const shown = findAll("[data-elapsed]");
    for (const clock of shown) {
      const { elapsed } = clock.dataset;
      if (clocks.get(clock)?.elapsed !== elapsed) clocks.set(clock, { elapsed, at: performance.now() });
      const seconds = Math.floor(Number(elapsed) + (performance.now() - clocks.get(clock).at) / 1000);
      clock.textContent = `started ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")} ago`;
    }
    if (shown.length && !ticking) ticking = setInterval(tick, 1000);
    if (!shown.length && ticking) ticking = clearInterval(ticking) || 0;
  };

  // --- pictures: their script comes when it is first needed, and is told what was brought and wished (assets/pictures.js)

  let coming = null;
  let hasCome = false;
  let waitsForPictures = false;

  const callPictures = (type, detail) => {
    coming ??= import("/pictures.js").then(come, () => (coming = null));
    if (type) coming.then(() => dispatchEvent(new CustomEvent(type, { detail })));
  };

  const come = () => {
    hasCome = true;
    if (waitsForPictures) setTimeout(() => form()?.requestSubmit());
    waitsForPictures = false;
  };

  /** Whether nothing of the form is still on its way: it is never sent without a picture that was added. */
  const isWhole = () => {
    if (coming && !hasCome) waitsForPictures = true;
    return !waitsForPictures && dispatchEvent(new Event("sending", { cancelable: true }));
  };

  const keepsPictures = () => {
    try {
      return Boolean(sessionStorage.getItem("pictures"));
    } catch {
      return false;
    }
  };

  const holdsFiles = (event) => Boolean(event.dataTransfer?.types.includes("Files"));

  const hover = (event) => {
    if (holdsFiles(event)) event.preventDefault(); // else a file that misses the form would take the page's place
    form()?.toggleAttribute("data-dropping", event.type === "dragover" && holdsFiles(event) && form().contains(event.target));
  };

  const drop = (event) => {
    hover(event);
    if (holdsFiles(event) && form()?.contains(event.target)) callPictures("bring", [...event.dataTransfer.files]);
  };

  const paste = (event) => {
    const files = [...(event.clipboardData?.files || [])].filter(({ type }) => type.startsWith("image/"));
    if (!files.length || !form() || event.target.closest?.("dialog, form:not([data-studio])")) return;
    event.preventDefault();
    callPictures("bring", files);
  };

  const choose = ({ target }) => {
    if (!target.matches?.("[data-adds]")) return;
    callPictures("bring", [...target.files]);
    target.value = "";
  };

  // --- listening

  addEventListener("change", choose);
  addEventListener("dragover", hover);
  addEventListener("dragleave", (event) => event.relatedTarget || hover(event));
  addEventListener("drop", drop);
  addEventListener("paste", paste);
  addEventListener("submit", submit, true);
  addEventListener("stranger", () => open("sign-in"));
  addEventListener("input", (event) => event.target.closest?.("form[data-studio]") && read());
  addEventListener("change", (event) => event.target.closest?.("form[data-studio]") && read());

  addEventListener("keydown", (event) => {
    const dialog = event.target.closest?.("dialog[data-dialog]");
    if (dialog) walk(event, dialog);
    const studio = event.target.closest?.("form[data-studio]");
    if (studio && event.key === "Enter" && (event.ctrlKey || event.metaKey)) studio.requestSubmit();
    else if (studio && event.key === "Enter" && event.target.matches("[data-blank]")) event.preventDefault();
  });

  addEventListener("click", (event) => {
    const at = (what) => event.target.closest?.(what);
    if (at("[data-opens]")) open(at("[data-opens]").dataset.opens);
    if (at("[data-closes]")) at("dialog")?.close();
    if (event.target.matches?.("dialog[data-dialog]")) event.target.close();
    if (at("[data-fills]")) fill(at("[data-fills]"));
    if (at("[data-chooses=top], [data-offer]")) toForm();
    if (at("a")?.hash) document.getElementById(at("a").hash.slice(1))?.focus();
    if (at("[data-once]")) at("[data-once]").dataset.busy = "";
  });

  // Before React hears of it: a flip is told by what is worn until then.
  addEventListener(
    "click",
    (event) => {
      const button = event.target.closest?.("[data-theme], [data-flips]");
      if (button && event.isTrusted && find("[data-look]")) keepTheme(button);
    },
    true,
  );

  let planned = false;

  const refresh = () => {
    planned = false;
    hearWish();
    restore();
    tellPictures();
    hear();
    wear();
    tell();
    tick();
    look();
  };

  const plan = () => {
    if (planned) return;
    planned = true;
    requestAnimationFrame(refresh);
  };

  const start = () => {
    if (!isReady()) return setTimeout(start, 30);
    new MutationObserver(plan).observe(document.body, {
      subtree: true,
      childList: true,
      attributes: true,
      attributeFilter: ["data-answer", "data-wish", "data-elapsed", "data-at", "data-look", "class", "value"],
    });
    refresh();
    if (keepsPictures()) callPictures();
    if (waitsForReact) form()?.requestSubmit();
  };

  start();
})();

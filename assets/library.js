// What the library's page does in the browser: it remembers which videos are chosen, scrolls on, keeps the address, and
// opens and closes the dialog as the server says. Like the other scripts it hangs on the document and writes into nothing
// that React fills.

(() => {
  "use strict";

  const find = (what, within = document) => within.querySelector(what);
  const findAll = (what, within = document) => [...within.querySelectorAll(what)];
  const page = () => find("[data-library]");

  try {
    localStorage.setItem("zone", Intl.DateTimeFormat().resolvedOptions().timeZone);
  } catch {
    // The browser keeps nothing: then days are those of UTC.
  }

  // --- which ones are chosen

  const MOST = 100; // so many go into one ZIP
  const picked = new Set();
  let lastPick;

  const isSelecting = () => "selecting" in document.documentElement.dataset;

  const select = (on) => {
    if (on) document.documentElement.dataset.selecting = "";
    else delete document.documentElement.dataset.selecting;
    if (!on) picked.clear();
    mark();
  };

  const mark = () => {
    const shown = new Set(findAll("[data-pick]").map((box) => box.dataset.pick));
    for (const id of picked) if (!shown.has(id)) picked.delete(id);
    for (const box of findAll("[data-pick]")) {
      const on = picked.has(box.dataset.pick);
      if (box.checked !== on) box.checked = on;
    }
    const said = picked.size ? `${picked.size} selected` : "Select videos";
    const bar = find("[data-pick-bar]");
    if (!bar) return;
    const count = find("[data-picked]", bar);
    if (count.textContent !== said) count.textContent = said;
    for (const field of findAll("[data-picked-ids]", bar)) field.value = [...picked].join(",");
    for (const button of findAll("button[type=submit]", bar)) button.disabled = !picked.size;
    find("[data-zip]", bar)?.setAttribute("aria-disabled", String(!picked.size));
    const waits = [...picked].some((id) => find(`[data-card="${id}"][data-stage=queued]`));
    find("[data-picked-waits]", bar)?.toggleAttribute("hidden", !waits);
    const toggle = find("[data-picks=toggle]");
    if (toggle && toggle.getAttribute("aria-pressed") !== String(isSelecting()))
      toggle.setAttribute("aria-pressed", String(isSelecting()));
  };

  const pick = (box, isRange) => {
    const boxes = findAll("[data-pick]");
    const [from, to] = [boxes.findIndex((other) => other.dataset.pick === lastPick), boxes.indexOf(box)].sort((a, b) => a - b);
    const some = isRange && from >= 0 ? boxes.slice(from, to + 1) : [box];
    for (const one of some) {
      if (!box.checked) picked.delete(one.dataset.pick);
      else if (picked.size < MOST) picked.add(one.dataset.pick);
    }
    lastPick = box.dataset.pick;
    if (picked.size) document.documentElement.dataset.selecting = "";
    mark();
  };

  const picks = {
    toggle: () => select(!isSelecting()),
    none: () => select(false),
    all: () => {
      for (const box of findAll("[data-pick]").slice(0, MOST)) picked.add(box.dataset.pick);
      mark();
    },
  };

  // Only what is ready has a file. A link of its own, since a refusal must not take the page's place.
  const downloadPicked = (link) => {
    const ready = [...picked].filter((id) => find(`[data-card="${id}"][data-stage=ready]`));
    if (!ready.length) return;
    const one = Object.assign(document.createElement("a"), { href: `${link.pathname}?ids=${ready.join(",")}`, download: "" });
    one.click();
  };

  // --- the address says what is shown, so that a reload or a friend's bookmark shows it again

  const tell = () => {
    const here = page();
    if (here?.dataset.loaded !== "true") return;
    const search = here.dataset.address && `?${here.dataset.address}`;
    if (location.pathname.replace(/\/$/, "") !== "/library" || location.search === search) return;
    history.replaceState(history.state, "", location.pathname + search);
  };

  // --- the dialog

  let opener;

  const dialog = () => find("dialog[data-dialog=video]");
  const openId = () => find("[data-opened]")?.dataset.opened;

  const show = () => {
    const sheet = dialog();
    if (!sheet) return;
    const wanted = sheet.dataset.shows !== "0";
    if (wanted && !sheet.open) {
      sheet.showModal();
      find("[data-opened]", sheet)?.focus(); // the player would take the arrow keys for itself
    }
    if (!wanted && sheet.open) sheet.close();
  };

  const closed = () => {
    const id = opener;
    if (dialog()?.dataset.shows !== "0") find("[data-shut]")?.click();
    find(`[data-opens-video="${id}"]`)?.focus();
  };

  const step = (by) => {
    const tiles = findAll("[data-opens-video]");
    const here = tiles.findIndex((tile) => tile.dataset.opensVideo === openId());
    const next = tiles[here + by];
    if (here < 0 || !next) return;
    opener = next.dataset.opensVideo;
    next.scrollIntoView({ block: "nearest" });
    next.click();
    if (tiles.length - (here + by) < 6) find("[data-more]")?.click();
  };

  // --- the list goes on as it is scrolled to

  let asked;

  const more = (button) => {
    const shown = findAll("[data-pick]").length;
    if (asked === shown) return; // the last press has not been answered yet
    asked = shown;
    button.click();
  };

  const sight = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) if (isIntersecting) more(target);
  }, { rootMargin: "900px" });

  const watched = new WeakSet();

  const watch = () => {
    const button = find("[data-more]");
    if (!button) asked = undefined;
    else if (!watched.has(button)) {
      watched.add(button);
      sight.observe(button);
    } else if (button.getBoundingClientRect().top < innerHeight + 900) more(button);
  };

  // --- words into the clipboard

  const copy = async (button) => {
    try {
      await navigator.clipboard.writeText(button.dataset.copies);
    } catch {
      return;
    }
    button.dataset.copied = "";
    setTimeout(() => delete button.dataset.copied, 1800);
  };

  // --- listening

  addEventListener("click", (event) => {
    if (!page()) return;
    const at = (what) => event.target.closest?.(what);
    if (at("[data-picks]")) picks[at("[data-picks]").dataset.picks]();
    if (at("[data-step]")) step(Number(at("[data-step]").dataset.step));
    if (at("[data-copies]")) copy(at("[data-copies]"));
    if (at("[data-clears]") && find("[data-search]")) find("[data-search]").value = "";
    if (at("[data-opens-video]")) opener = at("[data-opens-video]").dataset.opensVideo;
  });

  // While videos are being chosen, a press on one chooses it. This comes before React hears of the press.
  addEventListener(
    "click",
    (event) => {
      if (!page()) return;
      const tile = event.target.closest?.("[data-opens-video]");
      const zip = event.target.closest?.("[data-zip]");
      if (zip) {
        event.preventDefault();
        event.stopPropagation();
        downloadPicked(zip);
      }
      if (!tile || !isSelecting() || !event.isTrusted) return;
      event.preventDefault();
      event.stopPropagation();
      const box = find(`[data-pick="${tile.dataset.opensVideo}"]`);
      box.checked = !box.checked;
      pick(box, event.shiftKey);
    },
    true,
  );

  addEventListener("change", (event) => {
    if (event.target.matches?.("[data-pick]")) pick(event.target, false);
  });

  addEventListener("focusout", (event) => {
    const field = event.target.closest?.("[data-name]");
    if (field && field.value.trim() !== (field.dataset.sent ?? field.dataset.name)) field.form.requestSubmit();
  });

  addEventListener("submit", (event) => {
    const name = event.target.matches?.("[data-rename]") && find("[data-name]", event.target);
    if (name) {
      name.dataset.sent = name.value.trim(); // leaving the field does not send it once more
      name.blur();
    }
    if (event.target.matches?.("[data-acts=delete], [data-acts=restore]")) setTimeout(() => select(false));
  });

  document.addEventListener("close", (event) => event.target === dialog() && closed(), true);

  addEventListener("keydown", (event) => {
    if (!page() || event.altKey || event.ctrlKey || event.metaKey) return;
    const isTyping = event.target.matches?.("input, textarea, select, video");
    if (event.key === "Escape" && isSelecting() && !dialog()?.open) select(false);
    if (event.key === "/" && !isTyping && !dialog()?.open) {
      event.preventDefault();
      find("[data-search]")?.focus();
    }
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by || isTyping || !dialog()?.open) return;
    event.preventDefault();
    step(by);
  });

  let planned = false;

  const refresh = () => {
    planned = false;
    if (!page()) {
      if (isSelecting()) select(false);
      return;
    }
    tell();
    show();
    watch();
    mark();
  };

  const plan = () => {
    if (planned) return;
    planned = true;
    requestAnimationFrame(refresh);
  };

  const start = () => {
    if (!window.__reflex) return setTimeout(start, 30);
    new MutationObserver(plan).observe(document.body, {
      subtree: true,
      childList: true,
      attributes: true,
      attributeFilter: ["data-address", "data-loaded", "data-shows"],
    });
    refresh();
  };

  start();
})();

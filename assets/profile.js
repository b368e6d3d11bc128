// The profile: which of its panels is shown, numbers and money as their reader writes them, and the picture that is sent.
// React may draw the page anew at any time, so everything is looked up when it is needed, and put right after each change.

(() => {
  "use strict";

  const LARGEST = 10 * 1024 * 1024;
  const TOO_LARGE = "This picture is larger than 10 MB. Please make it smaller and add it again.";
  const SORRY = "The picture could not be sent. Please try again in a moment.";

  const find = (what, within = document) => within.querySelector(what);
  const findAll = (what, within = document) => [...within.querySelectorAll(what)];
  const isHere = () => /^\/profile\/?$/.test(location.pathname);

  // --- panels: the one that holds what the address names, else the first

  let shown = "";

  const named = () => {
    const name = decodeURIComponent(location.hash.slice(1));
    return name ? document.getElementById(name) : null;
  };

  const show = () => {
    const panels = findAll("[data-panel]");
    if (!isHere() || !panels.length) return;
    const target = named();
    const panel = target?.closest("[data-panel]") || panels[0];
    for (const each of panels) each.toggleAttribute("data-shown", each === panel);
    for (const tab of findAll("[data-tab]")) {
      if (tab.dataset.tab === panel.id) tab.setAttribute("aria-current", "page");
      else tab.removeAttribute("aria-current");
    }
    if (shown === location.href) return;
    shown = location.href;
    const tab = find(`[data-tab="${panel.id}"]`);
    if (tab) tab.parentElement.scrollTo({ left: tab.offsetLeft - tab.parentElement.clientWidth / 2 + tab.clientWidth / 2 });
    if (target && target !== panel) target.scrollIntoView({ block: "start" });
  };

  const go = (hash) => {
    history.pushState(history.state, "", hash);
    show();
    const target = named();
    target?.focus({ preventScroll: true });
    if (target?.dataset.panel && scrollY > target.parentElement.offsetTop) {
      scrollTo({ top: target.parentElement.offsetTop - 140, behavior: "instant" });
    }
  };

  addEventListener(
    "click",
    (event) => {
      const link = event.target.closest?.("a[data-tab], a[data-leads]");
      if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      event.preventDefault(); // so that the router does not take it for another page
      go(link.hash);
    },
    true,
  );

  // --- numbers, money and days, as in the region of the account, else as the browser does

  let formats = {};

  const of = (region) => {
    if (formats.region === region && formats.whole) return formats;
    const money = { style: "currency", currency: "USD", trailingZeroDisplay: "stripIfInteger" };
    formats = {
      region,
      whole: new Intl.NumberFormat(region),
      signed: new Intl.NumberFormat(region, { signDisplay: "exceptZero" }),
      money: new Intl.NumberFormat(region, money),
      day: new Intl.DateTimeFormat(region, { dateStyle: "long" }),
      sample: new Intl.DateTimeFormat(region, { dateStyle: "medium", timeStyle: "short" }),
    };
    return formats;
  };

  const put = (element, text) => {
    if (element.textContent !== text) element.textContent = text;
  };

  const write = () => {
    const region = (find("[data-look]")?.dataset.look || "|").split("|")[1] || undefined;
    const { whole, signed, money, day, sample } = of(region);
    for (const it of findAll("[data-number]")) {
      const kind = "signed" in it.dataset ? signed : whole;
      put(it, kind.format(Number(it.dataset.number)).replace("-", "\u2212"));
    }
    for (const it of findAll("[data-cents]")) put(it, money.format(Number(it.dataset.cents) / 100));
    for (const it of findAll("[data-day]")) if (it.dataset.day) put(it, day.format(new Date(it.dataset.day)));
    for (const it of findAll("[data-sample]")) {
      put(it, `${sample.format(new Date())} · ${whole.format(12345.6)} · ${money.format(9.9)}`);
    }
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    for (const it of findAll("[data-zone]")) put(it, timeZone ? ` (${timeZone.replaceAll("_", " ")})` : "");
  };

  // --- the picture: sent as it is, made anew by the server

  const send = async (file) => {
    const label = find("[data-picture]");
    const alert = find("[data-error=picture-file]");
    if (!label || !file || "busy" in label.dataset) return;
    alert.textContent = file.size > LARGEST ? TOO_LARGE : "";
    if (alert.textContent) return;
    label.dataset.busy = "";
    const body = new FormData();
    body.append("file", file, "picture");
    try {
      const answer = await fetch("/api/user/picture", { method: "POST", body });
      const said = await answer.json().catch(() => ({}));
      if (!answer.ok) alert.textContent = said.error || SORRY;
    } catch {
      alert.textContent = SORRY;
    }
    delete label.dataset.busy;
  };

  addEventListener("change", ({ target }) => {
    if (!target.matches?.("[data-portrait]")) return;
    send(target.files[0]);
    target.value = "";
  });

  addEventListener("drop", (event) => {
    const file = event.dataTransfer?.files[0];
    if (!file || !event.target.closest?.("#picture")) return;
    event.preventDefault();
    send(file);
  });

  // --- listening

  let planned = false;

  const refresh = () => {
    planned = false;
    if (!isHere()) return;
    show();
    write();
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
      attributeFilter: ["data-number", "data-cents", "data-day", "data-look"],
    });
    for (const event of ["popstate", "hashchange"]) addEventListener(event, plan);
    refresh();
  };

  start();
})();

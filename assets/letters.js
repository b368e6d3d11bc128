// Posts the forms about passwords and addresses to the API, and opens what letters lead to.
// A mailed token stands behind the # of its link. It is taken out of the address before anything else runs, and goes
// nowhere but into the one request that somebody's press sends.

(() => {
  "use strict";

  if (window.letters) return; // a page may ask for this script twice
  window.letters = true;

  const SORRY = "The site cannot be reached right now. Please try again in a moment.";
  const KEPT = "letter";
  const TOKEN = /^#([\w-]{43})$/;

  const here = () => location.pathname.replace(/\/$/, "");

  /** Keep it in this tab, so that a reload or a sign-in in between does not lose it. */
  const take = () => {
    const found = TOKEN.exec(location.hash);
    if (!found) return;
    history.replaceState(history.state, "", location.pathname + location.search);
    sessionStorage.setItem(KEPT, JSON.stringify({ page: here(), token: found[1] }));
  };

  const token = () => {
    try {
      const kept = JSON.parse(sessionStorage.getItem(KEPT));
      return kept?.page === here() ? kept.token : "";
    } catch {
      return "";
    }
  };

  take();
  addEventListener("hashchange", () => {
    take(); // another letter, opened in a tab that shows this page already
    draw(true);
  });

  const ask = async (form, fields) => {
    try {
      const answer = await fetch(form.getAttribute("action"), {
        method: form.dataset.method || "POST",
        headers: { "Content-Type": "application/json" },
        body: form.dataset.method ? undefined : JSON.stringify(fields),
      });
      const said = await answer.json().catch(() => ({}));
      return { ok: answer.ok, status: answer.status, said: answer.ok || said.error ? said : { error: SORRY } };
    } catch {
      return { ok: false, status: 0, said: { error: SORRY } };
    }
  };

  const show = (place, at, values = {}) => {
    for (const [kind, known] of Object.entries(values)) {
      for (const spot of place.querySelectorAll(`[data-${kind}]`)) spot.textContent = known[spot.dataset[kind]] ?? "";
    }
    place.dataset.at = at;
    place.querySelector(`[data-said="${at}"]`)?.focus();
  };

  const clear = (form) => {
    for (const alert of form.querySelectorAll("[role=alert]")) alert.textContent = "";
    for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  };

  /** Say what is wrong beside the field that it is about, or below them all. */
  const refuse = (form, error, code = "") => {
    const spot = [...form.querySelectorAll("[data-refuses]")].find((it) => it.dataset.refuses.split(" ").includes(code));
    (spot || form.querySelector("[data-error]")).textContent = error;
    const field = spot?.parentElement.querySelector("input");
    field?.setAttribute("aria-invalid", "true");
    field?.focus();
  };

  const missing = (form) => {
    const field = [...form.querySelectorAll("input[required]")].find((it) => !it.value.trim());
    if (!field) return false;
    const spot = field.closest("label").parentElement.querySelector("[data-refuses]");
    refuse(form, "Please fill this in.", spot.dataset.refuses.split(" ")[0]);
    return true;
  };

  const act = async (form) => {
    clear(form);
    if ("busy" in form.dataset || missing(form)) return;
    const place = form.closest("[data-place]");
    const typed = Object.fromEntries(new FormData(form));
    form.dataset.busy = "";
    const { ok, status, said } = await ask(form, form.dataset.token ? { ...typed, token: token() } : typed);
    delete form.dataset.busy;
    const needsToken = "token" in form.dataset;
    if (needsToken && (ok || status === 410)) sessionStorage.removeItem(KEPT);
    if (ok) {
      form.reset();
      return show(place, "done", { typed, answer: said });
    }
    if (needsToken && status === 410) return show(place, "gone");
    if (needsToken && (status === 401 || status === 404)) return show(place, "stranger", { answer: said });
    refuse(form, said.error, said.code);
  };

  addEventListener(
    "submit",
    (event) => {
      const form = event.target.closest?.("form[data-letters]");
      if (!form) return;
      event.preventDefault();
      act(form);
    },
    true,
  );

  addEventListener("click", (event) => {
    const place = event.target.closest?.("[data-asks-again]")?.closest("[data-place]");
    if (!place) return;
    delete place.dataset.at;
    place.querySelector("input")?.focus();
  });

  /** A page for a link, without one, says so at once. */
  const draw = (again = false) => {
    for (const place of document.querySelectorAll("[data-needs-token]")) {
      if (again && token()) delete place.dataset.at;
      if (!place.dataset.at && !token()) place.dataset.at = "gone";
    }
  };

  const begin = () => {
    draw();
    new MutationObserver(() => draw()).observe(document.body, { subtree: true, childList: true });
  };

  if (document.readyState === "complete") begin();
  else addEventListener("load", begin);
})();

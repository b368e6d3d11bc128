// Sends feedback by the API, signed in or not. The page that its writer came from stands in the address (`?next=`).

(() => {
  "use strict";

  const SORRY = "The site cannot be reached right now. Your message is still here; please try again in a moment.";
  const EMPTY = "Please write something first.";
  const LONG = "Please keep it to 5,000 characters.";
  const DRAFT = "feedback";

  const find = (what, within = document) => within.querySelector(what);
  const box = () => find("[data-feedback-box]");
  const lengthOf = (text) => [...text.trim()].length;
  const asked = (name) => new URLSearchParams(location.search).get(name) || "";

  const say = (form, error) => {
    find("[role=alert]", form).textContent = error;
    form.elements.message.setAttribute("aria-invalid", String(Boolean(error)));
    if (error) form.elements.message.focus();
  };

  const count = (form) => {
    const counter = find("[data-counts]", form);
    const limit = Number(counter.dataset.counts);
    const length = lengthOf(form.elements.message.value);
    counter.firstChild.data = `${length.toLocaleString("en")} / ${limit.toLocaleString("en")}`;
    counter.toggleAttribute("data-over", length > limit);
    return { length, limit };
  };

  const keep = (text) => {
    try {
      if (text) sessionStorage.setItem(DRAFT, text);
      else sessionStorage.removeItem(DRAFT);
    } catch {
      // The browser keeps nothing: then the message lasts as long as the page.
    }
  };

  const send = async (form) => {
    const { length, limit } = count(form);
    if (!length || length > limit) return say(form, length ? LONG : EMPTY);
    if ("busy" in form.dataset) return;
    form.dataset.busy = "";
    say(form, "");
    const fields = Object.fromEntries(new FormData(form));
    const body = { ...fields, page: asked("next"), videoId: asked("video") || null };
    try {
      const answer = await fetch("/api/feedback", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
      });
      const said = await answer.json().catch(() => ({}));
      if (answer.ok) thank(form);
      else say(form, said.error || SORRY);
    } catch {
      say(form, SORRY);
    }
    delete form.dataset.busy;
  };

  const thank = (form) => {
    keep("");
    form.reset();
    count(form);
    box().dataset.sent = "";
    find("[data-thanks]", box()).focus();
  };

  addEventListener(
    "submit",
    (event) => {
      const form = event.target.closest?.("form[data-feedback]");
      if (!form) return;
      event.preventDefault();
      event.stopPropagation();
      send(form);
    },
    true,
  );

  addEventListener("input", (event) => {
    const form = event.target.closest?.("form[data-feedback]");
    if (!form || event.target.name !== "message") return;
    keep(event.target.value);
    const { length, limit } = count(form);
    if (length <= limit && find("[role=alert]", form).textContent) {
      find("[role=alert]", form).textContent = "";
      event.target.removeAttribute("aria-invalid");
    }
  });

  addEventListener("keydown", (event) => {
    const form = event.target.closest?.("form[data-feedback]");
    if (form && event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });

  addEventListener(
    "click",
    (event) => {
      if (!event.target.closest?.("[data-back]") || event.button || event.metaKey || event.ctrlKey) return;
      event.preventDefault(); // the router would go to the home page, whatever stands in the address
      location.assign(window.account?.next() || "/"); // assets/account.js: a page of this site, never another one
    },
    true,
  );

  addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-another]")) return;
    delete box().dataset.sent;
    find("form[data-feedback]").elements.message.focus();
  });

  const restore = () => {
    if (!window.__reflex) return setTimeout(restore, 30);
    const form = find("form[data-feedback]");
    if (!form) return;
    try {
      const draft = sessionStorage.getItem(DRAFT);
      if (draft && !form.elements.message.value) form.elements.message.value = draft;
    } catch {
      // Nothing was kept.
    }
    count(form);
  };

  restore();
})();

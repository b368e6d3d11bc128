// Signs in, up and out by the API. A password goes from its form to the server and nowhere else.
// Hangs on the document, so it works however often the page is drawn anew.

(() => {
  "use strict";

  const SORRY = "The site cannot be reached right now. Please try again in a moment.";
  const isDoor = () => /^\/sign-(in|up)\/?$/.test(location.pathname);

  const post = async (what, fields = {}) => {
    try {
      const answer = await fetch(`/api/auth/${what}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(fields),
      });
      const said = await answer.json().catch(() => ({}));
      return answer.ok ? "" : said.error || SORRY;
    } catch {
      return SORRY;
    }
  };

  /** Where to go on: a page of this site, never another site. A path may only turn out to begin with // (another site's
   *  address) once its dots are resolved, as in /.//evil.example. */
  const next = () => {
    const wanted = new URLSearchParams(location.search).get("next") || "/";
    try {
      const url = new URL(wanted, location.origin);
      const isHere = url.origin === location.origin && wanted.startsWith("/") && !url.pathname.startsWith("//");
      return isHere ? url.pathname + url.search : "/";
    } catch {
      return "/";
    }
  };

  /** Load a page as somebody else: with a new cookie, a new socket and nothing of the page before. */
  const leaveFor = (path, ...forgotten) => {
    for (const key of ["token", ...forgotten]) sessionStorage.removeItem(key);
    location.assign(location.origin + path);
  };

  /** Take over the theme of the account before its first page is drawn, so that none is drawn in another one. */
  const adopt = async () => {
    try {
      const { theme } = await (await fetch("/api/user/profile", { signal: AbortSignal.timeout(1500) })).json();
      if (theme) localStorage.setItem("theme", theme);
    } catch {
      // Then the page puts it on when it knows (assets/site.js).
    }
  };

  const tell = (near, message) => {
    const place = near.parentElement.querySelector("[role=alert]") || near.querySelector("[role=alert]");
    if (place) place.textContent = message;
  };

  /** Do it once, however often it is pressed. */
  const once = async (button, place, what, fields) => {
    if ("busy" in button.dataset) return;
    button.dataset.busy = "";
    tell(place, "");
    const error = await post(what, fields);
    if (!error) return adopt().then(() => leaveFor(isDoor() ? next() : location.pathname));
    tell(place, error);
    delete button.dataset.busy;
  };

  addEventListener(
    "submit",
    (event) => {
      const form = event.target.closest?.("form[data-account]");
      if (!form) return;
      event.preventDefault();
      once(form, form.querySelector("[role=alert]"), form.dataset.account, Object.fromEntries(new FormData(form)));
    },
    true,
  );

  addEventListener("click", async (event) => {
    const demo = event.target.closest?.("[data-demo]");
    if (demo) return once(demo, demo, "demo");
    if (!event.target.closest?.("[data-sign-out]")) return;
    await post("sign-out");
    await window.leaveClerk?.(); // assets/clerk.js, where it was needed
    leaveFor("/", "draft", "template", "pictures");
  });

  // The session of somebody who only looks at pages lives on too: half-way through its life the API is asked for a new cookie.

  const HALF_LIFE = 15 * 86_400_000; // ms; auth/sessions.py has the whole of it
  const RENEWED = "renewed";

  const renew = async () => {
    if (!document.querySelector("[data-sign-out]")) return;
    try {
      const renewed = Number(localStorage.getItem(RENEWED)); // nothing yet: they have just signed in
      if (renewed && Date.now() - renewed < HALF_LIFE) return;
      if (!renewed || (await fetch("/api/auth/session")).ok) localStorage.setItem(RENEWED, String(Date.now()));
    } catch {
      // The browser keeps nothing, or the site is away: the next page will do.
    }
  };

  addEventListener("load", () => setTimeout(renew, 5000)); // by then the page knows who is here

  window.account = { isDoor, next, post, leaveFor };

  // Links to the doors keep where their visitor was going.
  addEventListener(
    "click",
    (event) => {
      const link = event.target.closest?.("a[data-next]");
      if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation();
      const url = new URL(link.href);
      const here = link.dataset.next === "whole" ? location.pathname + location.search : location.pathname;
      url.searchParams.set("next", isDoor() ? next() : here);
      location.assign(url);
    },
    true,
  );
})();

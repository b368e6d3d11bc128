// Signs in with Clerk: loads its two scripts where they are needed, and brings their tokens to our API, which makes a session
// of them. A page loads this file only if Clerk has signed its visitor in, or is about to.

(() => {
  "use strict";

  if (window.leaveClerk) return;

  const AWAY = "Clerk, which signs people in here, cannot be reached right now. Please try again in a moment.";
  const PATIENCE = 12_000; // ms for each of Clerk's scripts, and for Clerk to say who is there
  const AGAIN = 60_000; // ms until a renewal that failed is tried again
  const find = (what, within = document) => within.querySelector(what);
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const inTime = (what, ms = PATIENCE) =>
    Promise.race([what, pause(ms).then(() => Promise.reject(new Error("too late")))]);

  let isIn = false; // whether our session lives with Clerk's
  let due = Infinity; // when to bring a new token

  // --- our API

  const ask = async (method, token) => {
    const headers = token ? { Authorization: `Bearer ${token}` } : {};
    const answer = await fetch("/api/auth/clerk", { method, headers, cache: "no-store" });
    const said = await answer.json().catch(() => ({}));
    return { status: answer.status, said };
  };

  // --- Clerk's scripts, once

  const add = (src, { publishableKey, proxyUrl }) =>
    new Promise((done, fail) => {
      const script = document.createElement("script");
      script.src = src;
      script.async = true;
      script.crossOrigin = "anonymous";
      script.dataset.clerkPublishableKey = publishableKey;
      if (proxyUrl) script.dataset.clerkProxyUrl = proxyUrl;
      script.onload = done;
      script.onerror = () => {
        script.remove();
        fail(new Error("not loaded"));
      };
      document.head.append(script);
    });

  let config;
  let loading;

  const configure = async () => {
    const { status, said } = await ask("GET");
    if (status !== 200) throw new Error("no Clerk");
    config = said;
    isIn = said.renewIn !== null;
    if (isIn) plan(said.renewIn);
  };

  const begin = async () => {
    if (!config) await configure();
    for (const script of config.scripts) await inTime(add(script, config));
    const doors = { signInUrl: "/sign-in", signUpUrl: "/sign-up", afterSignOutUrl: "/" };
    await inTime(window.Clerk.load({ ui: { ClerkUI: window.__internal_ClerkUICtor }, ...doors }));
    window.Clerk.addListener(hear, { skipInitialEmit: true });
  };

  const load = () => {
    loading ??= begin().catch((error) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };

  // --- the door: where somebody signs in

  const door = () => find("[data-clerk-door]");

  const show = (at, message = "") => {
    const place = door();
    if (!place) return;
    place.dataset.at = at;
    find("[data-error=clerk]", place).textContent = message;
  };

  const drawn = new WeakSet();

  const open = async (place) => {
    show("waiting");
    try {
      await load();
    } catch {
      return show("failed", AWAY);
    }
    if (window.Clerk.isSignedIn) return enter();
    const back = location.href.split("#")[0]; // here, where the new session is noticed, and not where Clerk would go
    if (place.dataset.clerk === "sign-up") {
      window.Clerk.mountSignUp(place, { forceRedirectUrl: back, signInForceRedirectUrl: back });
    } else {
      window.Clerk.mountSignIn(place, { forceRedirectUrl: back, signUpForceRedirectUrl: back });
    }
    show("ready");
  };

  const close = () => {
    const place = find("[data-clerk]", door() || document.body);
    if (place?.dataset.clerk === "sign-up") window.Clerk.unmountSignUp(place);
    if (place?.dataset.clerk === "sign-in") window.Clerk.unmountSignIn(place);
  };

  const button = (place) =>
    load()
      .then(() => window.Clerk.isSignedIn && window.Clerk.mountUserButton(place))
      .catch(() => {}); // without it the account can be managed at Clerk's own pages

  const draw = () => {
    for (const place of document.querySelectorAll("[data-clerk]")) {
      if (drawn.has(place)) continue;
      drawn.add(place);
      if (place.dataset.clerk === "user-button") button(place);
      else open(place);
    }
  };

  // --- a token for a session

  const token = async () => {
    const { session } = window.Clerk;
    return session ? await inTime(session.getToken()) : null;
  };

  let entering = false;
  let refused = ""; // the session at Clerk that our API has turned down: asking again would not help

  const enter = async () => {
    if (entering || isIn || window.Clerk.session.id === refused) return;
    entering = true;
    try {
      show("waiting");
      await bring();
    } catch {
      show("failed", AWAY);
    }
    entering = false;
  };

  const bring = async () => {
    const fresh = await token();
    if (!fresh) return show("failed", AWAY);
    const { status, said } = await ask("POST", fresh);
    if (status !== 200) {
      close();
      const isForNow = status === 503 || status === 429;
      if (!isForNow) refused = window.Clerk.session?.id || "";
      return show(isForNow ? "failed" : "refused", said.error || AWAY);
    }
    const { isDoor, next, leaveFor } = window.account;
    isIn = true;
    plan(said.renewIn);
    if (said.isNew) leaveFor(isDoor() ? next() : location.pathname + location.search);
  };

  const plan = (seconds) => {
    due = Date.now() + seconds * 1000;
    setTimeout(look, seconds * 1000 + 50);
  };

  let renewing = false;

  /** Bring a new token if it is time; what has ended at Clerk ends here. */
  const look = async () => {
    if (!isIn || renewing || Date.now() < due) return;
    renewing = true;
    try {
      await load();
      const fresh = await token();
      if (!fresh) await over();
      else await renew(fresh);
    } catch {
      plan(AGAIN / 1000);
    }
    renewing = false;
  };

  const renew = async (fresh) => {
    const { status, said } = await ask("POST", fresh);
    if (status === 401) return over();
    if (status !== 200) return plan(AGAIN / 1000);
    plan(said.renewIn);
    if (said.isNew) window.account.leaveFor(location.pathname + location.search);
  };

  const over = async () => {
    isIn = false;
    await window.account.post("sign-out"); // this page and all others hear of it and say so
  };

  const hear = ({ session }) => {
    if (session && window.Clerk.isSignedIn) enter();
    if (session === null && isIn) over();
  };

  /** Leave Clerk too, when somebody signs out of our site. Our server has ended the session there already, if it could. */
  window.leaveClerk = async () => {
    isIn = false;
    if (window.Clerk?.loaded) await Promise.race([window.Clerk.signOut().catch(() => {}), pause(3000)]);
    for (const cookie of document.cookie.split(";")) {
      const name = cookie.split("=")[0].trim();
      if (/^__(session|client_uat)(_|$)/.test(name)) document.cookie = `${name}=; path=/; max-age=0`;
    }
  };

  // --- listening

  addEventListener("click", async (event) => {
    if (event.target.closest?.("[data-clerk-again]")) {
      const place = find("[data-clerk]", door());
      if (place) open(place);
    }
    if (event.target.closest?.("[data-clerk-other]")) {
      await window.leaveClerk();
      location.reload();
    }
  });

  addEventListener("visibilitychange", () => document.hidden || look());
  addEventListener("online", look);

  const start = async () => {
    if (!window.__reflex || !window.account) return setTimeout(start, 30);
    draw();
    new MutationObserver(draw).observe(document.body, { subtree: true, childList: true });
    try {
      if (!config) await configure();
      if (config.signedIn || door()) return;
      await load(); // somebody who is signed in at Clerk, but not here any more
      if (window.Clerk.isSignedIn) enter();
    } catch {
      // On a page that is no door there is nothing to say: whoever wants to sign in is told there.
    }
  };

  start();
})();

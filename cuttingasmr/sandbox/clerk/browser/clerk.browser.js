// A stand-in for Clerk's script, with the part of its face that a site of this kind uses (providers.md 3.7).
// It signs in whoever names an address. The browser is known by a token in localStorage, as in a development instance.

(() => {
  "use strict";

  const script = document.currentScript;
  const home = (script?.dataset.clerkProxyUrl || window.__clerk_proxy_url || new URL("../../../..", script.src).href).replace(/\/$/, "");
  const CLIENT = "__clerk_db_jwt";
  const channel = "BroadcastChannel" in window ? new BroadcastChannel("clerk") : undefined;

  const ask = async (path, told = {}) => {
    const answer = await fetch(`${home}/v1/client${path}`, {
      method: "POST",
      body: JSON.stringify({ client: localStorage.getItem(CLIENT) || "", ...told }),
    });
    const said = await answer.json();
    if (!answer.ok) throw Object.assign(new Error(said.errors?.[0]?.message || "error"), { status: answer.status });
    return said;
  };

  const mark = (isIn) => {
    document.cookie = `__client_uat=${isIn ? Math.floor(Date.now() / 1000) : 0}; path=/; max-age=31536000; samesite=lax`;
  };

  const listeners = new Set();
  let cached = { jwt: "", until: 0 };

  const sessionOf = ({ id, status }) => ({
    id,
    status,
    getToken: async ({ skipCache } = {}) => {
      if (!skipCache && cached.until > Date.now()) return cached.jwt;
      try {
        const { jwt } = await ask(`/sessions/${id}/tokens`);
        cached = { jwt, until: Date.now() + 40_000 };
        return jwt;
      } catch (error) {
        if (error.status !== 401) throw error;
        take({ session: null, user: null });
        return null;
      }
    },
  });

  const take = ({ session, user }) => {
    Clerk.session = session && sessionOf(session);
    Clerk.user = user;
    Clerk.isSignedIn = session?.status === "active";
    cached = { jwt: "", until: 0 };
    mark(Boolean(session));
    for (const listener of listeners) listener(resources());
  };

  const resources = () => ({ client: {}, session: Clerk.session, user: Clerk.user, organization: null });

  const element = (name, text, more = {}) => Object.assign(document.createElement(name), { textContent: text }, more);

  const mount = (place, { title, hasName }) => {
    if (!Clerk._ui) throw new Error("Clerk was not loaded with Ui components");
    const form = document.createElement("form");
    const email = element("input", "", { type: "email", name: "identifier", required: true, autocomplete: "off" });
    const name = element("input", "", { type: "text", name: "firstName", autocomplete: "off" });
    const wrong = element("p", "");
    const label = (text, field) => {
      const made = element("label", text);
      made.append(field);
      return made;
    };
    form.className = "cl-sandbox";
    form.style.cssText = "display:grid;gap:.75rem";
    for (const field of [email, name]) field.style.cssText = "display:block;width:100%;padding:.5rem;color:#111;background:#fff;border-radius:.5rem";
    form.append(element("strong", title), label("Email address", email));
    if (hasName) form.append(label("First name", name));
    const go = element("button", "Continue", { type: "submit" });
    go.style.cssText = "padding:.6rem;color:#fff;background:#6c47ff;border-radius:.5rem;cursor:pointer";
    form.append(go, wrong, element("small", "Sandbox: stands in for Clerk."));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      try {
        const said = await ask("/sign_ins", { email: email.value, name: name.value });
        localStorage.setItem(CLIENT, said.client);
        take(said);
      } catch (error) {
        wrong.textContent = error.message;
      }
    });
    place.replaceChildren(form);
  };

  const Clerk = {
    loaded: false,
    session: undefined,
    user: undefined,
    isSignedIn: false,
    async load({ ui } = {}) {
      Clerk._ui = ui?.ClerkUI;
      take(await ask(""));
      Clerk.loaded = true;
    },
    addListener(listener, { skipInitialEmit } = {}) {
      listeners.add(listener);
      if (!skipInitialEmit) listener(resources());
      return () => listeners.delete(listener);
    },
    mountSignIn: (place) => mount(place, { title: "Sign in", hasName: false }),
    mountSignUp: (place) => mount(place, { title: "Create your account", hasName: true }),
    mountUserButton(place) {
      const button = element("button", Clerk.user?.first_name || "Account", { type: "button", className: "cl-user-button" });
      button.setAttribute("aria-label", "Open user button");
      button.addEventListener("click", () => {
        const out = element("button", "Sign out of Clerk", { type: "button" });
        out.addEventListener("click", () => Clerk.signOut());
        place.replaceChildren(out);
      });
      place.replaceChildren(button);
    },
    unmountSignIn: (place) => place.replaceChildren(),
    unmountSignUp: (place) => place.replaceChildren(),
    unmountUserButton: (place) => place.replaceChildren(),
    async signOut() {
      if (Clerk.session) await ask(`/sessions/${Clerk.session.id}/end`).catch(() => {});
      take({ session: null, user: null });
      channel?.postMessage("signed-out");
    },
  };
  channel?.addEventListener("message", () => take({ session: null, user: null }));
  window.Clerk = Clerk;
})();

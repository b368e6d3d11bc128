// Buys by the API: one press, whatever the line to the page's state is doing. Hangs on the document, as the other two do.

(() => {
  "use strict";

  const SORRY = "The site cannot be reached right now. Nothing was charged; please try again.";
  const PATIENCE = 1500; // ms for the question whether the terms are agreed to; without an answer the checkout goes on
  const PLAN = "plan";
  const find = (what, within = document) => within.querySelector(what);
  const card = (plan) => find(`[data-plan="${CSS.escape(plan)}"]`);

  const ask = async (method, path, body, signal) => {
    try {
      const answer = await fetch(path, {
        method,
        headers: { "Content-Type": "application/json" },
        body: body && JSON.stringify(body),
        signal,
      });
      return { status: answer.status, said: await answer.json().catch(() => ({})) };
    } catch {
      return { status: 0, said: {} };
    }
  };

  // --- which card it is about: the one in the address, or the one that was pressed last

  const remember = (plan) => {
    try {
      sessionStorage.setItem(PLAN, plan);
    } catch {
      // The browser keeps nothing: then coming back is to no card in particular.
    }
  };

  const wanted = () => {
    const named = new URLSearchParams(location.search).get(PLAN);
    try {
      return named || sessionStorage.getItem(PLAN) || "";
    } catch {
      return named || "";
    }
  };

  // --- one press

  const stop = (button, error) => {
    delete button.dataset.busy;
    button.toggleAttribute("data-failed", Boolean(error));
    find("[role=alert]", button.closest("[data-plan]")).textContent = error;
  };

  const signIn = (plan) => location.assign(`/sign-in?next=${encodeURIComponent(`/pricing?plan=${plan}`)}`);

  const needsAgreement = async () => {
    const { status, said } = await ask("GET", "/api/user/agreement", undefined, AbortSignal.timeout(PATIENCE));
    return status === 200 && !said.agreed ? said : undefined;
  };

  const goAndPay = async (button, plan) => {
    const { status, said } = await ask("POST", "/api/payments/checkout", { planType: plan });
    if (status === 401) return signIn(plan);
    if (said.code === "AgreementNeeded") return askToAgree(button, (await needsAgreement()) || {});
    if (status !== 200 || !said.checkout_url) return stop(button, said.error || SORRY);
    location.assign(said.checkout_url);
  };

  const buy = async (button) => {
    if ("busy" in button.dataset) return;
    const { plan } = button.closest("[data-plan]").dataset;
    button.dataset.busy = "";
    find("[role=alert]", button.closest("[data-plan]")).textContent = "";
    button.removeAttribute("data-failed");
    remember(plan);
    const needed = await needsAgreement();
    if (needed) return askToAgree(button, needed);
    await goAndPay(button, plan);
  };

  // --- the agreement before the first purchase, and again when a text has changed

  let waiting;

  const NAMES = { terms: "Terms", privacy: "Privacy policy", refund: "Refund policy" };

  const askToAgree = (button, { changes = [], agreedAt }) => {
    const dialog = find("dialog[data-dialog=agreement]");
    const lines = changes.map(({ text, changed }) => {
      const line = document.createElement("li");
      line.textContent = `${NAMES[text]}: ${changed}`;
      return line;
    });
    find("[data-changes]", dialog).replaceChildren(...lines);
    dialog.toggleAttribute("data-renewed", Boolean(agreedAt));
    waiting = button;
    dialog.addEventListener("close", () => waiting && stop(waiting, ""), { once: true });
    dialog.showModal();
  };

  const agree = async (form) => {
    if ("busy" in form.dataset) return;
    form.dataset.busy = "";
    const { status, said } = await ask("POST", "/api/user/agreement");
    delete form.dataset.busy;
    if (status !== 200 && status !== 503) {
      find("[role=alert]", form).textContent = said.error || SORRY;
      return;
    }
    const button = waiting;
    waiting = undefined;
    form.closest("dialog").close();
    if (button) await goAndPay(button, button.closest("[data-plan]").dataset.plan);
  };

  // --- listening

  addEventListener("click", async (event) => {
    const at = (what) => event.target.closest?.(what);
    if (at("[data-buy]")) buy(at("[data-buy]"));
    if (at("[data-agrees]")) askToAgree(undefined, (await needsAgreement()) || {});
  });

  addEventListener(
    "click",
    (event) => {
      const link = event.target.closest?.("a[data-same-card]");
      if (!link || !wanted() || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation();
      location.assign(`/pricing?plan=${encodeURIComponent(wanted())}`);
    },
    true,
  );

  addEventListener(
    "submit",
    (event) => {
      const form = event.target.closest?.("form[data-agree]");
      if (!form) return;
      event.preventDefault();
      agree(form);
    },
    true,
  );

  // Coming back with the browser's own button may bring the page back as it was left: busy.
  addEventListener("pageshow", () => {
    for (const button of document.querySelectorAll("[data-buy][data-busy]")) stop(button, "");
  });

  const show = () => {
    const plan = location.pathname.replace(/\/$/, "") === "/pricing" && wanted();
    if (!plan) return;
    if (!window.__reflex) return setTimeout(show, 30);
    const chosen = card(plan);
    if (!chosen) return;
    chosen.dataset.chosen = "";
    find("[data-buy]", chosen).focus({ preventScroll: true });
    chosen.scrollIntoView({ block: "nearest" });
  };

  show();
})();

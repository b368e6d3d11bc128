// Deletes an account and keeps it by the API. A password goes from its form to the server and nowhere else.
// Hangs on the document, as account.js does, which it is loaded after; only the profile loads it.

(() => {
  "use strict";

  if (window.hasLeaving) return;
  window.hasLeaving = true;

  const SORRY = "The site cannot be reached right now. Nothing was changed; please try again in a moment.";

  const ask = async (method, path, fields) => {
    try {
      const answer = await fetch(path, {
        method,
        headers: { "Content-Type": "application/json" },
        body: fields && JSON.stringify(fields),
      });
      const said = await answer.json().catch(() => ({}));
      return answer.ok ? { said } : { error: said.error || SORRY };
    } catch {
      return { error: SORRY };
    }
  };

  const tell = (name, message) => {
    const place = document.querySelector(`[data-error="${name}"]`);
    if (place) place.textContent = message;
  };

  const leave = async (form) => {
    if ("busy" in form.dataset) return;
    form.dataset.busy = "";
    tell("leaving", "");
    const { said, error } = await ask("DELETE", "/api/user/delete-account", Object.fromEntries(new FormData(form)));
    if (said) {
      await window.leaveClerk?.();
      return window.account.leaveFor(`/profile?left=${encodeURIComponent(said.goodbye)}`, "draft", "template", "pictures");
    }
    tell("leaving", error);
    delete form.dataset.busy;
    const wrong = form.elements[/password/i.test(error) ? "password" : "confirm"];
    wrong?.focus();
    wrong?.select();
  };

  const keep = async (button) => {
    if ("busy" in button.dataset) return;
    button.dataset.busy = "";
    tell("keeping", "");
    const { said, error } = await ask("POST", "/api/user/keep-account");
    if (said) return window.account.leaveFor("/profile");
    tell("keeping", error);
    delete button.dataset.busy;
  };

  addEventListener(
    "submit",
    (event) => {
      const form = event.target.closest?.("form[data-leaves]");
      if (!form) return;
      event.preventDefault();
      event.stopPropagation();
      leave(form);
    },
    true,
  );

  addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-keeps]");
    if (button) keep(button);
  });
})();

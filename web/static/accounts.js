// The panel of accounts: what its forms hold, and what becomes of a reader who may not see it any more.
(() => {
  "use strict";

  const { acts, one, all, until } = window.newsdesk;

  // A form is the nearest group of fields, so that a password goes nowhere but where it is meant.
  function send(button, trigger) {
    const fields = all("input, select", button.closest(".fields")).map((field) => [field.name, field.value]);
    trigger("submit", { ...Object.fromEntries(fields), ...button.dataset });
  }

  for (const act of ["account-add", "account-role", "account-password"]) acts[act] = send;
  acts["account-remove"] = (button, trigger) => acts.ensure(button, () => trigger("submit", { ...button.dataset }));

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches(".accounts input")) return;
    one("[data-act]", event.target.closest(".fields")).click();
  });

  // Whose account is gone, or who was signed out elsewhere, is led to sign in by whatever the page asks next: what answered
  // the change of an account may be cut off with the account.
  const ask = window.fetch;
  window.fetch = async (...request) => {
    const answer = await ask(...request);
    if (answer.status === 401) location.reload();
    return answer;
  };

  until(() => one("#accounts")).then(() => {
    new MutationObserver(() => {
      if (one("#accounts [data-over]")) location.reload();
    }).observe(one("#accounts"), { childList: true, subtree: true });
  });
})();

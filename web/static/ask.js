// Asking: the last question by arrow key, a question carried by the address, editing one, judging an answer.
(() => {
  "use strict";

  const { acts, one, all } = window.newsdesk;
  const LONGEST = 2000;

  function write(box, text) {
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(box, text);
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.setSelectionRange(text.length, text.length);
  }

  // What is being edited, as the conversation may be drawn anew meanwhile: by suggestions that come after the answer.
  let draft = null;

  acts.rewrite = (button, trigger) => {
    const shown = one(".q", button.closest(".turn"));
    if (!shown || one("textarea", shown)) return;
    const box = document.createElement("textarea");
    box.value = shown.dataset.question;
    box.maxLength = LONGEST;
    box.rows = 3;
    box.setAttribute("aria-label", "Edit the question");
    const named = (label, action) => {
      const made = document.createElement("button");
      made.type = "button";
      made.textContent = label;
      made.addEventListener("click", action);
      return made;
    };
    const turn = button.closest(".turn").id;
    const { question } = shown.dataset;
    const remember = () => (draft = { turn, question, text: box.value, trigger });
    remember();
    box.addEventListener("input", remember);
    const end = () => {
      draft = null;
      shown.classList.remove("editing");
      shown.textContent = shown.dataset.question;
      button.focus();
    };
    const send = () => {
      const question = box.value.trim();
      if (!question) return;
      draft = null;
      trigger("submit", { act: "edit", question });
    };
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") end();
      if (event.key !== "Enter" || event.shiftKey) return;
      event.preventDefault();
      send();
    });
    shown.classList.add("editing");
    shown.replaceChildren(box, named("Cancel", end), named("Ask", send));
    box.focus();
  };

  function restoreDraft() {
    const turn = draft && document.getElementById(draft.turn);
    const button = turn && one("[data-act=rewrite]", turn);
    if (!button || one(".q textarea", turn) || one(".q", turn).dataset.question !== draft.question) return;
    const { text, trigger } = draft;
    acts.rewrite(button, trigger);
    const box = one(".q textarea", turn);
    write(box, text);
  }

  acts.rate = (button, trigger) => trigger("like", { ...button.dataset });

  acts.remark = (button, trigger) => {
    trigger("like", { ...button.dataset, remark: one("input", button.parentElement).value });
    button.textContent = "Kept";
  };

  acts.look = (button, trigger) => {
    button.textContent = "Looking…";
    trigger("submit", { ...button.dataset });
  };

  document.addEventListener("keydown", (event) => {
    const box = event.target;
    if (event.key === "Enter" && box.matches(".remark input")) one("button", box.parentElement).click();
    if (event.key !== "ArrowUp" || !box.matches("#box textarea") || box.value) return;
    const asked = all("#talk .q").pop();
    if (!asked) return;
    event.preventDefault();
    write(box, asked.dataset.question);
  });

  // A question in the address is written into the box. It is asked at once only if the user came here by an own way:
  // a link on another site may propose a question, and not spend a model's tokens on it.
  function take(question) {
    const address = new URL(location.href);
    address.searchParams.delete("q");
    history.replaceState(history.state, "", address);
    return question.trim().slice(0, LONGEST);
  }

  window.newsdesk.until(() => one("#box textarea")).then(async () => {
    const question = new URLSearchParams(location.search).get("q");
    const proposed = question && question.trim() ? take(question) : "";
    await window.newsdesk.arrived;
    new MutationObserver(restoreDraft).observe(one("#talk"), { childList: true, subtree: true });
    if (!proposed) return;
    write(one("#box textarea"), proposed);
    if (one('meta[name="newsdesk-own-way"]')) setTimeout(() => one("#ask").click(), 0);
  });
})();

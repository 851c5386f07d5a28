// Asking: the last question by arrow key, a question carried by the address, editing one, judging an answer.
(() => {
  "use strict";

  const { one, all } = window.newsdesk;

  function write(box, text) {
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(box, text);
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.setSelectionRange(text.length, text.length);
  }

  document.addEventListener("keydown", (event) => {
    const box = event.target;
    if (event.key !== "ArrowUp" || !box.matches("#box textarea") || box.value) return;
    const asked = all("#talk .q").pop();
    if (!asked) return;
    event.preventDefault();
    write(box, asked.dataset.question);
  });
})();

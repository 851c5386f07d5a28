// Counts down how long the reader has to wait, wherever the page says so.
(() => {
  "use strict";

  const LOOK_MS = 250;

  function duration(seconds) {
    if (seconds >= 120) return `${Math.ceil(seconds / 60)} minutes`;
    return `${seconds} second${seconds === 1 ? "" : "s"}`;
  }

  function count(timer) {
    timer.until ??= Date.now() + 1000 * Number(timer.dataset.seconds);
    const left = Math.ceil((timer.until - Date.now()) / 1000);
    const line = timer.closest(".pause");
    if (left > 0) timer.textContent = duration(left);
    else line.textContent = line.dataset.after;
  }

  setInterval(() => document.querySelectorAll(".pause [data-seconds]").forEach(count), LOOK_MS);
})();

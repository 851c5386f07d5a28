// Says where somebody asked that he has to wait, and counts down, wherever the page says so.
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

  function show({ place, line }) {
    const where = place && document.getElementById(place);
    if (!where) return;
    where.querySelector(".pause")?.remove();
    where.insertAdjacentHTML("beforeend", line);
  }

  const isOver = (line) => !line.querySelector("[data-seconds]");

  // A question too many is refused before it waits for its turn; the server sends the line that says so.
  const send = window.fetch;
  window.fetch = async (...request) => {
    const answer = await send(...request);
    if (answer.status === 429) answer.clone().json().then(show, () => {});
    else if (answer.ok && answer.url.includes("/queue/join")) {
      for (const line of document.querySelectorAll(".pause")) if (isOver(line)) line.remove();
    }
    return answer;
  };

  setInterval(() => document.querySelectorAll(".pause [data-seconds]").forEach(count), LOOK_MS);
})();

// The Timeline tab: a point of the plot leads to its entry.
(() => {
  "use strict";

  const { acts, all } = window.newsdesk;

  acts.entry = (point) => {
    const entry = document.getElementById(`entry-${point.dataset.n}`);
    if (!entry) return;
    for (const other of all("#entries .on")) other.classList.remove("on");
    for (const chosen of [point, entry]) chosen.classList.add("on");
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    entry.scrollIntoView({ block: "center", behavior: still ? "auto" : "smooth" });
    entry.focus({ preventScroll: true });
  };
})();

// Panels that a bar of filters opens, in every tab: what their form holds, closing them, where the focus goes.
(() => {
  "use strict";

  const { acts, one, all, until } = window.newsdesk;

  acts.narrow = (button, trigger) => {
    const panel = button.closest(".pop");
    const ticked = (name) => all(`input[name=${name}]:checked`, panel).map((input) => input.value);
    const day = (name) => one(`input[name=${name}]`, panel).value;
    const kinds = ["collections", "outlets", "authors", "sections", "languages", "feeds"];
    const lists = Object.fromEntries(kinds.map((kind) => [kind, ticked(kind)]));
    trigger("submit", { act: "narrow", since: day("since"), until: day("until"), ...lists });
  };

  acts["own-model"] = (button, trigger) => {
    const value = (name) => one(`input[name=${name}]`, button.closest(".pop")).value;
    button.disabled = true;
    button.textContent = "Trying…";
    trigger("submit", { act: "own-model", llm: value("llm"), address: value("address"), key: value("key") });
  };

  acts.collect = (button, trigger) => {
    trigger("submit", { ...button.dataset, name: one("input", button.closest(".collect")).value });
  };

  acts.correct = (button, trigger) => {
    // What was left alone is not sent: somebody else may have corrected it since the form was drawn.
    const fields = all("input", button.closest(".correction")).filter((input) => input.value !== input.defaultValue);
    trigger("edit", { ...button.dataset, ...Object.fromEntries(fields.map((input) => [input.name, input.value])) });
  };

  acts["undo-correction"] = (button, trigger) => trigger("edit", { ...button.dataset });

  // In which collections the article is now, as the server tells it after each change.
  let told = "";

  function showCollected(place) {
    const opening = one("[data-opening]", place)?.dataset.opening ?? told;
    if (opening === told) return;
    told = opening;
    const made = document.createElement("div");
    made.innerHTML = one("[data-markup]", place).dataset.markup;
    const shown = one("#reader .collected");
    const now = made.firstElementChild;
    if (shown?.dataset.article !== now.dataset.article) return;
    const focused = shown.contains(document.activeElement);
    shown.replaceWith(now);
    if (focused) one("input", now).focus();
  }

  until(() => one("#collected")).then(() => {
    const place = one("#collected");
    const seen = { childList: true, subtree: true, attributeFilter: ["data-opening", "data-markup"] };
    new MutationObserver(() => showCollected(place)).observe(place, seen);
  });

  function close(bar) {
    const panel = one(".pop", bar);
    if (!panel) return;
    panel.remove();
    for (const button of all("[aria-expanded]", bar)) button.setAttribute("aria-expanded", "false");
    one("button", bar).focus();
  }

  document.addEventListener("click", (event) => {
    if (!event.target.isConnected) return;
    const own = event.target.closest("[data-panel]");
    for (const bar of all("[data-panel]")) if (bar !== own) close(bar);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") all("[data-panel]").forEach(close);
    if (event.key !== "Enter") return;
    if (event.target.matches(".pop input")) one(".pop .main", event.target.closest("[data-panel]"))?.click();
    if (event.target.matches(".correction input")) one(".do", event.target.closest(".correction")).click();
  });

  // A panel that opens takes the focus; when it goes the box beside it gets it, or the bar itself.
  const open = new Map();
  new MutationObserver(() => {
    for (const bar of all("[data-panel]")) {
      const place = bar.closest("[id]").id;
      const panel = one(".pop", bar);
      if (panel && panel !== open.get(place)) {
        one("button, input", panel).focus();
        requestAnimationFrame(() => panel.scrollIntoView({ block: "nearest" }));
      }
      if (!panel && open.get(place) && document.activeElement === document.body) {
        const box = place === "narrow" ? one("#box textarea") : one("button", bar);
        box.focus();
      }
      open.set(place, panel);
    }
  }).observe(document.documentElement, { childList: true, subtree: true });

  // Buttons that belong together are one stop of the Tab key; the arrow keys go from one to the next.
  document.addEventListener("keydown", (event) => {
    const group = event.target.closest && event.target.closest("[data-roving]");
    if (!group) return;
    const stops = all("button", group);
    const at = stops.indexOf(event.target);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: stops.length - 1 }[event.key];
    if (to === undefined || !stops[to]) return;
    event.preventDefault();
    for (const stop of stops) stop.tabIndex = stop === stops[to] ? 0 : -1;
    stops[to].focus();
  });
})();

// The Archive tab: asking before an article is removed, by its name; keeping the focus where a list is drawn anew.
(() => {
  "use strict";

  const { acts, one, all } = window.newsdesk;

  acts["ask-removal"] = (button, trigger) => {
    for (const other of all(".removal")) other.remove();
    const item = button.closest("li");
    const asked = document.createElement("div");
    asked.className = "removal";
    asked.setAttribute("role", "alertdialog");
    const words = document.createElement("p");
    words.id = "removal-words";
    words.textContent = `Remove “${button.dataset.title}” from the archive, with all its versions?`;
    asked.setAttribute("aria-labelledby", words.id);
    const named = (label, kind, action) => {
      const made = document.createElement("button");
      made.type = "button";
      made.textContent = label;
      made.className = kind;
      made.addEventListener("click", (event) => {
        event.stopPropagation();
        action();
      });
      return made;
    };
    const end = () => {
      asked.remove();
      button.focus();
    };
    const remove = () => {
      trigger("delete", { act: "remove", article: button.dataset.article });
      asked.replaceChildren(document.createTextNode("Removing…"));
      const neighbour = item.nextElementSibling || item.previousElementSibling || item;
      one(".read", neighbour).focus();
    };
    asked.addEventListener("keydown", (event) => {
      if (event.key === "Escape") end();
    });
    const keep = named("Keep it", "do", end);
    asked.append(words, keep, named("Remove it", "do grave", remove));
    item.append(asked);
    keep.focus();
  };

  // What had the focus in one of these places is drawn anew with the rest; its successor takes it over.
  const places = ["#holdings", "#articles", "#progress", "#feeds", "#runs"];
  const names = ["act", "article", "kind", "value", "since", "url", "run"];
  let focused = null;
  document.addEventListener("focusin", (event) => {
    const place = places.find((selector) => event.target.closest(selector));
    const { act } = event.target.dataset || {};
    focused = place && act ? { place, data: { ...event.target.dataset } } : null;
  });
  new MutationObserver(() => {
    if (!focused || document.activeElement !== document.body) return;
    const same = all(`${focused.place} [data-act]`).find((button) =>
      names.every((name) => button.dataset[name] === focused.data[name]),
    );
    const next = same || one(`${focused.place} button`);
    if (next) next.focus({ preventScroll: true });
  }).observe(document.documentElement, { childList: true, subtree: true });
})();

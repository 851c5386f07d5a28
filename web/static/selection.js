// Several conversations at once: selecting them in the list, saving and deleting what is selected.
(() => {
  "use strict";

  const { acts, one, all, until } = window.newsdesk;
  // The list is drawn anew after every answer, so what is selected is remembered here.
  const selected = new Set();
  let choosing = false;

  const list = () => one("#kept nav");

  function draw() {
    const nav = list();
    if (!nav) return;
    const there = new Set(all(".pick", nav).map((box) => box.dataset.id));
    for (const id of selected) if (!there.has(id)) selected.delete(id);
    nav.classList.toggle("choosing", choosing);
    for (const box of all(".pick", nav)) box.checked = selected.has(box.dataset.id);
    const button = one(".choose", nav);
    button.textContent = choosing ? "Done" : "Select";
    button.setAttribute("aria-pressed", String(choosing));
    one(".chosen", nav).textContent = choosing ? `${selected.size} selected` : "";
    one(".several .deeds", nav).disabled = !selected.size;
  }

  function end() {
    choosing = false;
    selected.clear();
    draw();
  }

  acts.choose = () => {
    if (choosing) return end();
    choosing = true;
    draw();
    one(".pick", list())?.focus();
  };

  acts["export-chosen"] = (button, trigger) => {
    acts.closeMenus();
    trigger("download", { act: "export", kind: button.dataset.kind, ids: [...selected] });
    end();
  };

  acts["delete-chosen"] = (button, trigger) => {
    acts.ensure(button, () => {
      trigger("delete", { act: "delete", ids: [...selected] });
      end();
    });
  };

  document.addEventListener("change", (event) => {
    if (!event.target.matches("#kept .pick")) return;
    const { id } = event.target.dataset;
    if (event.target.checked) selected.add(id);
    else selected.delete(id);
    draw();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && choosing && event.target.closest("#kept") && !one("#kept .menu:not([hidden])")) {
      end();
      one("#kept .choose")?.focus();
    }
  });

  until(() => one("#kept")).then(() => {
    // Drawing changes text, so only a new list counts.
    let drawn = null;
    new MutationObserver(() => {
      if (list() === drawn) return;
      drawn = list();
      draw();
    }).observe(one("#kept"), { childList: true, subtree: true });
    draw();
  });
})();

// The rail: menus of the list, renaming in place, asking before something is deleted, saving files.
(() => {
  "use strict";

  const { acts, one, all } = window.newsdesk;

  function closeMenus(but) {
    for (const menu of all("#kept .menu")) {
      if (menu === but) continue;
      menu.hidden = true;
      for (const button of all(".sure", menu)) askWhetherSure(button, false);
      menu.previousElementSibling.setAttribute("aria-expanded", "false");
    }
  }

  acts.menu = (button) => {
    const menu = button.nextElementSibling;
    closeMenus(menu);
    menu.hidden = !menu.hidden;
    button.setAttribute("aria-expanded", String(!menu.hidden));
    if (menu.hidden) return;
    // Fixed, so that the list's own edge does not cut it.
    const at = button.getBoundingClientRect();
    menu.style.top = `${Math.min(at.bottom + 4, innerHeight - menu.offsetHeight - 8)}px`;
    menu.style.left = `${Math.min(at.left, innerWidth - menu.offsetWidth - 8)}px`;
    one("button", menu).focus();
  };

  // The conversation stands on the first tab; on another one nothing would be seen to happen.
  function goToAsk() {
    const tab = one("#tabs [role=tab]");
    if (tab && tab.getAttribute("aria-selected") !== "true") tab.click();
  }

  acts.open = (button, trigger) => {
    showRail(false);
    goToAsk();
    trigger("submit", { ...button.dataset });
  };

  acts.export = (button, trigger) => {
    closeMenus();
    trigger("download", { ...button.dataset });
  };

  acts.closeMenus = () => closeMenus();

  // It stays until the menu closes: who reads slowly has as much time as anybody.
  function askWhetherSure(button, ask) {
    button.classList.toggle("sure", ask);
    button.textContent = ask ? "Really delete?" : "Delete";
  }

  // The second click on the button of a menu does what it says.
  acts.ensure = (button, action) => {
    if (button.classList.contains("sure")) {
      action();
      return;
    }
    askWhetherSure(button, true);
  };

  acts.delete = (button, trigger) => acts.ensure(button, () => trigger("delete", { ...button.dataset }));

  acts.pin = (button, trigger) => {
    closeMenus();
    trigger("edit", { ...button.dataset });
  };

  acts.rename = (button, trigger) => {
    const item = button.closest("li");
    const title = one(".open", item);
    closeMenus();
    const box = document.createElement("input");
    box.value = title.textContent;
    box.maxLength = Number(title.dataset.limit);
    box.setAttribute("aria-label", "New title");
    title.hidden = true;
    title.before(box);
    box.select();
    let over = false;
    const end = (keep) => {
      if (over) return;
      over = true;
      const renamed = box.value.trim();
      box.remove();
      title.hidden = false;
      title.focus();
      if (keep && renamed && renamed !== title.textContent) trigger("edit", { ...button.dataset, title: renamed });
    };
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter") end(true);
      if (event.key === "Escape") end(false);
    });
    box.addEventListener("blur", () => end(false));
  };

  function showRail(open) {
    one("#side")?.classList.toggle("unfolded", open);
    one("#unfold")?.setAttribute("aria-expanded", String(open));
  }

  function save(file) {
    const link = document.createElement("a");
    const bytes = Uint8Array.from(atob(file.dataset.content), (char) => char.charCodeAt(0));
    link.href = URL.createObjectURL(new Blob([bytes], { type: file.dataset.kind }));
    link.download = file.dataset.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  document.addEventListener("click", (event) => {
    if (!event.target.closest("#kept .menu, #kept [data-act=menu]")) closeMenus();
    if (event.target.closest("#new")) {
      showRail(false);
      goToAsk();
    }
    if (event.target.closest("#unfold")) showRail(!one("#side").classList.contains("unfolded"));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = one("#kept .menu:not([hidden])");
    closeMenus();
    open?.previousElementSibling.focus();
  });

  const waiting = new MutationObserver(() => {
    const place = one("#file");
    if (!place) return;
    waiting.disconnect();
    new MutationObserver(() => {
      const file = one("[data-name]", place);
      if (!file || file.dataset.saved) return;
      file.dataset.saved = "yes";
      save(file);
    }).observe(place, { childList: true, subtree: true });
  });
  waiting.observe(document.documentElement, { childList: true, subtree: true });
})();

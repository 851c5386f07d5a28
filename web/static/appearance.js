// Light or dark, as the reader chose or as the system is. Runs before anything is drawn, so that nothing flashes.
(() => {
  "use strict";

  const KEY = "newsdesk-appearance";
  const CHOICES = ["system", "light", "dark"];
  const GROUND = { light: "#faf9f6", dark: "#141517" };
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");

  function chosen() {
    try {
      const kept = localStorage.getItem(KEY);
      return CHOICES.includes(kept) ? kept : "system";
    } catch {
      return "system"; // The browser keeps nothing for this site.
    }
  }

  function apply() {
    const choice = chosen();
    const dark = choice === "system" ? system.matches : choice === "dark";
    for (const part of [root, document.body]) {
      if (part && part.classList.contains("dark") !== dark) part.classList.toggle("dark", dark);
    }
    // The ground that the document has before its style sheets are there.
    for (const name of ["--bg", "--bg-dark", "background"]) root.style.setProperty(name, GROUND[dark ? "dark" : "light"]);
    for (const button of document.querySelectorAll("[data-appearance]")) {
      const pressed = String(button.dataset.appearance === choice);
      if (button.getAttribute("aria-pressed") !== pressed) button.setAttribute("aria-pressed", pressed);
    }
  }

  function choose(choice) {
    try {
      localStorage.setItem(KEY, choice);
    } catch {
      return; // It cannot be remembered, so it is not changed either.
    }
    apply();
  }

  apply();
  if (location.pathname !== "/") root.classList.add("arriving");
  system.addEventListener("change", apply);
  addEventListener("storage", apply);
  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("[data-appearance]");
    if (button) choose(button.dataset.appearance);
  });
  document.addEventListener("DOMContentLoaded", () => {
    apply();
    // Gradio follows the system by a class of the body.
    new MutationObserver(apply).observe(document.body, { attributes: true, attributeFilter: ["class"] });
    // The switch is drawn later than this runs.
    const waiting = new MutationObserver(() => {
      if (!document.querySelector("[data-appearance]")) return;
      waiting.disconnect();
      apply();
    });
    waiting.observe(document.body, { childList: true, subtree: true });
  });
})();

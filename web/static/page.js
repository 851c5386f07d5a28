// What happens inside the page without the server: finding a card, closing the reader, copying, keyboard.
// Content carries no handlers of its own; the components hand their clicks to `newsdesk.click`.
(() => {
  "use strict";

  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const gentle = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth");
  let opener = null;

  // "Today" and "this week" are those of the reader.
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  document.cookie = `newsdesk-zone=${timeZone}; Path=/; SameSite=Strict`;

  // What a button with `data-act` does; one that is not named here is the server's "submit".
  const acts = {
    back,
    close,
    copy: (button) => put(button, button.dataset.text),
    link: (button) => put(button, new URL(button.dataset.address, location.origin).href),
    accounts(button, trigger) {
      opener = button;
      trigger("submit", { ...button.dataset });
    },
    read(button, trigger) {
      // From within the reader another article opens in place; closing it leads back to where the first one was opened.
      if (!button.closest("#reader")) opener = button;
      trigger("select", { ...button.dataset });
    },
  };

  function showCards(turn) {
    for (const section of all("#cards .cards")) section.hidden = section.dataset.turn !== turn;
  }

  let chosen = null;

  function chooseCitation(mark) {
    chosen = mark;
    const { turn, n } = mark.dataset;
    showCards(turn);
    const card = document.getElementById(`card-${turn}-${n}`);
    if (!card) return;
    for (const other of all("#talk .n.on, #cards .card.on")) other.classList.remove("on");
    for (const same of all(`#talk .n[data-turn="${turn}"][data-n="${n}"]`)) same.classList.add("on");
    card.classList.add("on");
    card.scrollIntoView({ block: "nearest", behavior: gentle() });
    card.focus({ preventScroll: true });
  }

  // On a phone the evidence stands below the conversation, so the way back to the sentence is long.
  function back(button) {
    const { turn, n } = button.closest(".card").dataset;
    const same = `#talk .n[data-turn="${turn}"][data-n="${n}"]`;
    const mark = chosen?.isConnected && chosen.matches(same) ? chosen : one(same);
    mark?.scrollIntoView({ block: "center", behavior: gentle() });
    mark?.focus({ preventScroll: true });
  }

  function close() {
    if (!one(".sheet")) return;
    for (const part of all(".sheet, .veil")) part.remove();
    document.body.classList.remove("reading");
    if (opener && opener.isConnected) opener.focus();
  }

  // Puts a text into the clipboard, and says so on the button for a moment.
  async function put(button, text) {
    const label = (button.dataset.label ??= button.textContent);
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Could not copy";
    }
    setTimeout(() => (button.textContent = label), 2000);
  }

  // Headline, outlet and date of what is under the pointer or with the focus, kept inside the window.
  function showTip(event) {
    const mark = event.target.closest && event.target.closest("[data-tip]");
    one("#tip")?.remove();
    if (!mark) return;
    const tip = document.createElement("div");
    tip.id = "tip";
    tip.textContent = mark.dataset.tip;
    document.body.append(tip);
    const at = mark.getBoundingClientRect();
    const left = Math.min(Math.max(8, at.left - 20), innerWidth - tip.offsetWidth - 8);
    const above = at.top - tip.offsetHeight - 6;
    tip.style.left = `${left}px`;
    tip.style.top = `${above < 8 ? at.bottom + 6 : above}px`;
  }

  function click(event, trigger) {
    const mark = event.target.closest("a.n");
    if (mark) {
      event.preventDefault();
      chooseCitation(mark);
      return;
    }
    const button = event.target.closest("[data-act]");
    if (!button) return;
    const act = acts[button.dataset.act];
    if (act) act(button, trigger);
    else trigger("submit", { ...button.dataset });
  }

  function watchSheet(place) {
    let shown = null;
    new MutationObserver(() => {
      const sheet = one(".sheet", place);
      if (!sheet || sheet === shown) return;
      shown = sheet;
      document.body.classList.add("reading");
      sheet.focus({ preventScroll: true });
      one("mark, .passage", sheet)?.scrollIntoView({ block: "center" });
    }).observe(place, { childList: true, subtree: true });
  }

  function watchTalk(talk) {
    let turns = 0;
    // What had the focus is drawn anew with the rest; its successor takes it over.
    let focused = "";
    talk.addEventListener("focusin", (event) => {
      const { act, turn, value } = event.target.dataset;
      const where = event.target.closest(".turn")?.id;
      focused = act && where ? `#${where} [data-act=${act}]${turn && value ? `[data-value="${value}"]` : ""}` : "";
    });
    talk.addEventListener("focusout", (event) => {
      if (event.relatedTarget) focused = "";
    });
    new MutationObserver(() => {
      if (focused && document.activeElement === document.body) one(focused)?.focus({ preventScroll: true });
      const now = all(".turn", talk);
      if (now.length > turns) now[now.length - 1].scrollIntoView({ block: "start", behavior: gentle() });
      turns = now.length;
    }).observe(talk, { childList: true, subtree: true });
  }

  function keepInside(event) {
    const sheet = one(".sheet");
    if (!sheet) return;
    if (event.key === "Escape") close();
    if (event.key !== "Tab") return;
    const stops = all("button, a[href], summary, input, select", sheet).filter((stop) => stop.checkVisibility());
    const first = stops[0];
    const last = stops[stops.length - 1];
    if (event.shiftKey && (document.activeElement === first || document.activeElement === sheet)) {
      event.preventDefault();
      last.focus();
    } else if (!event.shiftKey && document.activeElement === last) {
      event.preventDefault();
      first.focus();
    }
  }

  // Gradio draws the page some time after this script has run.
  const waiting = new MutationObserver(() => {
    const reader = one("#reader");
    const talk = one("#talk");
    const box = one("#box textarea");
    if (!reader || !talk || !box) return;
    waiting.disconnect();
    for (const place of all("#reader, #accounts")) watchSheet(place);
    watchTalk(talk);
    // On a phone the keyboard would cover the page.
    if (innerWidth > 860) box.focus();
  });
  waiting.observe(document.documentElement, { childList: true, subtree: true });
  document.addEventListener("keydown", keepInside);
  for (const name of ["mouseover", "focusin", "focusout"]) document.addEventListener(name, showTip);

  // What a component's own click would do, for what happens without one.
  function trigger(id, name, data) {
    for (const [element, send] of window.newsdeskTriggers ?? []) {
      if (element.isConnected && element.closest(`#${id}`)) return send(name, data);
    }
  }

  // Resolves as soon as something holds in the page.
  function until(holds) {
    return new Promise((resolve) => {
      if (holds()) return resolve();
      const watching = new MutationObserver(() => {
        if (!holds()) return;
        watching.disconnect();
        resolve();
      });
      watching.observe(document.documentElement, { childList: true, subtree: true, attributes: true });
    });
  }

  window.newsdesk = { click, close, acts, one, all, trigger, until };
})();

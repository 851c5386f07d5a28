// The address of what is shown: written as the reader goes on, and followed when he goes back, reloads or opens a link.
(() => {
  "use strict";

  const { one, close, trigger, until } = window.newsdesk;
  const ARTICLE = "/a/";

  // An article's marks stand behind the "#"; elsewhere that is a place on the page, and no other view.
  function plain(address) {
    const url = new URL(address, location.origin);
    return url.pathname + url.search + (url.pathname.startsWith(ARTICLE) ? url.hash : "");
  }

  const here = () => plain(location.href);
  const isArticle = (address) => address.startsWith(ARTICLE);

  function selectedTab() {
    const button = one("#tabs [role=tab][aria-selected=true]");
    return button ? button.id.replace(/^tab-/, "").replace(/-button$/, "") : "ask";
  }

  // A tab is drawn when it is turned to; until its filters are there, its address is not known wholly.
  function tabView() {
    const tab = selectedTab();
    const query = one(`#tab-${tab} [data-query]`);
    const path = tab === "ask" ? one("#talk [data-path]")?.dataset.path || "/" : `/${tab}`;
    return { address: plain(path + (query?.dataset.query ? `?${query.dataset.query}` : "")), whole: Boolean(query) };
  }

  const sheet = () => one("#reader .sheet[data-address]");

  // Where the page is being led, so that what is drawn on the way there is no step of the reader's own.
  let journey = 0;
  let leading = false;
  let whole = true;

  function note(replace = false) {
    if (leading) return;
    const tab = tabView();
    const article = sheet();
    const address = article ? plain(article.dataset.address) : tab.address;
    if (address === here()) {
      whole ||= tab.whole;
      return;
    }
    const { below, depth = 0 } = history.state ?? {};
    if (!article && isArticle(here()) && depth && below === address && !replace) {
      // Closing an article is going back to where it was opened.
      leading = true;
      history.go(-depth);
      return;
    }
    const state = article ? { below: tab.address, depth: (isArticle(here()) ? depth : 0) + (replace ? 0 : 1) } : null;
    const completes = !article && !whole && new URL(address, location.origin).pathname === location.pathname;
    history[replace || completes ? "replaceState" : "pushState"](state, "", address);
    whole = article ? true : tab.whole;
  }

  async function arrive(address) {
    const { pathname, search } = new URL(address, location.origin);
    const first = pathname.split("/")[1];
    const tab = first === "" || first === "c" ? "ask" : first;
    if (one(`#arrive-${tab}`)) {
      const token = `${Date.now()}-${Math.random()}`;
      trigger(`arrive-${tab}`, "submit", { act: "arrive", at: pathname, query: search.slice(1), token });
      await until(() => one(`#arrive-${tab} [data-token="${token}"]`));
      // What came with it is drawn in the same breath.
      await new Promise((done) => setTimeout(done));
    }
    const button = document.getElementById(`tab-${tab}-button`);
    if (button && button.getAttribute("aria-selected") !== "true") {
      button.click();
      await until(() => selectedTab() === tab);
    }
    if (one(`#arrive-${tab}`)) await until(() => tabView().whole);
  }

  async function read(address) {
    const { pathname, searchParams, hash } = new URL(address, location.origin);
    const marks = decodeURIComponent(hash.slice(1));
    const article = decodeURIComponent(pathname.slice(ARTICLE.length));
    const before = one("#reader .sheet");
    const passage = marks.split(",")[0];
    trigger("reader", "select", { act: "read", article, version: searchParams.get("v") ?? "", passage, marks });
    await until(() => one("#reader .sheet") && one("#reader .sheet") !== before);
  }

  async function go() {
    const mine = ++journey;
    const address = here();
    const article = isArticle(address);
    const below = article ? history.state?.below ?? "/" : address;
    leading = true;
    try {
      if (below !== tabView().address) await arrive(below);
      if (mine !== journey) return;
      if (!article) close();
      else if (!sheet() || plain(sheet().dataset.address) !== address) await read(address);
    } finally {
      if (mine === journey) {
        leading = false;
        document.documentElement.classList.remove("arriving");
        whole = tabView().whole;
        note(true);
      }
    }
  }

  // Who goes elsewhere meanwhile, or before it began, is not led on.
  let gone = false;

  function takeOver(event) {
    const asks = event.type === "keydown" ? event.key === "Enter" && event.target.closest("#box") : false;
    if (!event.isTrusted || !(asks || event.target.closest("[data-act], [role=tab], #new, #ask"))) return;
    if (event.type === "keydown" && !asks) return;
    gone = true;
    if (!leading) return;
    journey += 1;
    leading = false;
    document.documentElement.classList.remove("arriving");
  }

  // Before the page's first answer from the server nothing would be heard.
  window.newsdesk.arrived = until(() => one("#kept [data-ready], #kept .flag") && one("#box textarea")).then(async () => {
    if (!gone) await go();
    document.documentElement.classList.remove("arriving");
    new MutationObserver(() => note()).observe(document.body, {
      childList: true,
      subtree: true,
      attributes: true,
      attributeFilter: ["aria-selected", "data-path", "data-query", "data-address"],
    });
    note(true);
    addEventListener("popstate", go);
  });
  for (const type of ["click", "keydown"]) document.addEventListener(type, takeOver, true);
})();

// The Eval tab: a comparison that was asked for is brought into view.
(() => {
  "use strict";

  const { one } = window.newsdesk;
  let shown = null;

  new MutationObserver(() => {
    const heading = one("#compared");
    if (heading && heading !== shown && heading.offsetParent) heading.scrollIntoView({ block: "nearest" });
    shown = heading;
  }).observe(document.documentElement, { childList: true, subtree: true });
})();

// The topics that are followed: the way to them from the rail and from an answer, and the whole address of the feed.
(() => {
  "use strict";

  const { acts, one, all, until } = window.newsdesk;

  async function turnTo() {
    document.getElementById("tab-following-button")?.click();
    await until(() => one("#follow-text :is(input, textarea)")?.offsetParent);
    return one("#follow-text :is(input, textarea)");
  }

  acts.following = () => void turnTo();

  acts.follow = async (button) => {
    const box = await turnTo();
    box.value = button.dataset.text;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.focus();
  };

  // The server does not know by which name it is reached.
  new MutationObserver(() => {
    for (const place of all("[data-feed]")) {
      const whole = new URL(place.dataset.feed, location.origin).href;
      if (place.textContent !== whole) place.textContent = whole;
    }
  }).observe(document.documentElement, { childList: true, subtree: true });
})();

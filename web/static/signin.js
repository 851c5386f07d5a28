// What stands behind the "#" of an address never reaches the server; signing in carries it on to the page.
(() => {
  "use strict";

  if (!location.hash) return;
  for (const form of document.forms) form.action += location.hash;
  for (const link of document.querySelectorAll(".already a")) link.href += location.hash;
})();

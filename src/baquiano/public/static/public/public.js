/* The site's own script: the quick way out, and a question of the first page that is not lost. Without it every page still works. */
(function () {
  "use strict";
  var page = document, framed = window.top !== window;

  /* What our chats keep on this device begins with "chat.". */
  function stores(work) {
    ["localStorage", "sessionStorage"].forEach(function (name) { try { work(window[name]); } catch (e) { /* forbidden: nothing was kept */ } });
  }
  function clear() {
    stores(function (store) {
      Object.keys(store).forEach(function (key) { if (key.indexOf("chat.") === 0) { store.removeItem(key); } });
    });
  }

  /* The quick way out: blank at once, a neutral page in this tab (no way back) and another in front; other tabs of ours leave too. */
  var way = page.querySelector("[data-exit]"), escapes = 0;
  function blank() { page.documentElement.innerHTML = ""; }
  function leave() {
    blank();
    clear();
    stores(function (store) { store.setItem("chat.left", "1"); store.removeItem("chat.left"); });
    (framed ? window.top : window).location.replace(way.href);
  }
  if (way) {
    way.addEventListener("click", function (event) {
      event.preventDefault();
      if (!framed) { window.open(way.href, "_blank", "noopener"); }
      leave();
    });
    page.addEventListener("keydown", function (event) {
      if (framed || event.key !== "Escape") { escapes = 0; return; }
      if (Date.now() - escapes < 1500) { leave(); }
      escapes = Date.now();
    });
    window.addEventListener("storage", function (event) {
      if (event.key !== "chat.left" || !event.newValue) { return; }
      blank();
      if (!framed) { location.replace(way.href); }
    });
  }

  /* The question of the first page, until it is seen in the conversation (chat.js). */
  var ask = page.getElementById("ask");
  if (!ask) { return; }
  stores(function (store) {
    if (!ask.value && +store.getItem("chat.until") > Date.now()) { ask.value = store.getItem("chat.draft") || ""; }
  });
  function keep(key) {
    try {
      localStorage.setItem("chat.until", Date.now() + 3 * 864e5);
      localStorage.setItem("chat." + key, ask.value);
    } catch (e) { /* forbidden or full: the page itself still holds it */ }
  }
  ask.addEventListener("input", function () { keep("draft"); });
  ask.form.addEventListener("submit", function () { keep("draft"); keep("asked"); });
})();

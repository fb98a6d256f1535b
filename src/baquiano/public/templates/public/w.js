/* Baquiano: a button that opens our chat in a frame. It sees nothing of what is written there, and keeps nothing.
   <script src="https://…/w.js" data-site="…" data-lang="es" async></script> */
(function () {
  "use strict";
  var page = document, me = page.currentScript, site = me && me.getAttribute("data-site");
  if (!site || window.baquianoChat) { return; }
  var words = {{ words|safe }}, place = page.createElement("a");
  place.href = me.src;
  var home = place.protocol + "//" + place.host;
  function known(code) { code = (code || "").slice(0, 2).toLowerCase(); return words[code] ? code : ""; }
  var language = known(me.getAttribute("data-lang")) || known(page.documentElement.lang), said = words[language || "es"];
  var host, button, panel, frame, hasSpoken, isOpen = false;

  function make(name, style, into) {
    var made = page.createElement(name);
    made.style.cssText = "box-sizing:border-box;font:600 16px/1.25 system-ui,sans-serif;" + style;
    into.appendChild(made);
    return made;
  }
  function plain(is) {
    Array.prototype.forEach.call(page.querySelectorAll('a[data-baquiano="' + site + '"]'), function (link) { link.style.display = is ? "" : "none"; });
  }
  function shape() {
    var small = window.innerWidth < 600;
    panel.style.cssText += small
      ? "width:100%;height:100%;max-width:none;max-height:none;top:0;right:0;bottom:0;left:0;border-radius:0"
      : "width:400px;height:640px;max-width:none;max-height:calc(100% - 32px);top:auto;right:16px;bottom:16px;left:auto;border-radius:12px";
    return small;
  }
  function build() {
    host = make("div", "all:initial;position:static", page.body);
    var root = host.attachShadow ? host.attachShadow({ mode: "open" }) : host;
    button = make("button", "position:fixed;z-index:2147483000;right:16px;bottom:16px;min-height:48px;padding:0 20px;border:2px solid #fff;border-radius:24px;background:#1a4f3e;color:#fff;cursor:pointer", root);
    button.type = "button";
    button.lang = language || "es";
    button.setAttribute("aria-haspopup", "dialog");
    button.textContent = said[0];
    button.addEventListener("click", open);
    panel = make("dialog", "position:fixed;z-index:2147483001;margin:0;padding:0;border:2px solid #1a4f3e;background:#fff;color:#1d211e;overflow:hidden;flex-direction:column", root);
    panel.setAttribute("role", "dialog");
    panel.setAttribute("aria-label", said[0]);
    panel.lang = button.lang;
    panel.style.display = "none";
    var bar = make("div", "flex:none;display:flex;justify-content:flex-end;background:#1a4f3e", panel);
    var shut = make("button", "min-height:44px;padding:0 16px;border:0;background:#1a4f3e;color:#fff;cursor:pointer;outline-offset:-4px", bar);
    shut.type = "button";
    shut.textContent = said[1];
    shut.addEventListener("click", close);
    panel.addEventListener("keydown", function (event) { if (event.key === "Escape") { close(); } });
    panel.addEventListener("cancel", function (event) { event.preventDefault(); close(); });
    window.addEventListener("resize", function () { if (isOpen) { shape(); } });
    plain(false);
  }
  function tell(what) { frame.contentWindow.postMessage({ baquiano: what }, home); }
  function greet() {
    if (isOpen) { tell("open"); }
    setTimeout(function () {
      if (hasSpoken || panel.querySelector("a")) { return; }
      /* This page may not hold the chat (any more), or it did not arrive: there is a plain link. */
      var way = make("a", "flex:none;padding:16px 24px;color:#1a4f3e", panel);
      way.href = home + "/" + (language || "es") + "/chat/";
      way.target = "_blank";
      way.rel = "noopener";
      way.textContent = said[2];
      if (isOpen) { way.focus(); }
      plain(true);
    }, 3000);
  }
  function open() {
    var small = shape();
    isOpen = true;
    button.style.display = "none";
    button.textContent = said[0];
    panel.style.display = "flex";
    if (small && panel.showModal) { panel.showModal(); } else if (panel.show) { panel.show(); } else { panel.setAttribute("open", ""); }
    if (!frame) {
      frame = make("iframe", "flex:1;width:100%;min-height:0;border:0;background:#fff", panel);
      frame.title = said[0];
      frame.addEventListener("load", greet);
      frame.src = home + "/w/" + site + "/" + (language ? language + "/" : "");
    } else if (hasSpoken) { tell("open"); }
    (panel.querySelector("a") || frame).focus();
  }
  function close() {
    if (!isOpen) { return; }
    isOpen = false;
    if (panel.close) { panel.close(); } else { panel.removeAttribute("open"); }
    panel.style.display = "none";
    button.style.display = "";
    button.focus();
    if (hasSpoken) { tell("close"); }
  }
  /* From our own frame only: that it may be shut, and how many answers are new. */
  window.addEventListener("message", function (event) {
    if (!frame || event.source !== frame.contentWindow || event.origin !== home || !event.data) { return; }
    hasSpoken = true;
    if (event.data.baquiano === "close") { close(); }
    if (event.data.baquiano === "unread" && !isOpen) { button.textContent = said[0] + (event.data.count > 0 ? " (" + Math.floor(event.data.count) + ")" : ""); }
  });
  window.baquianoChat = function (what) { if (!panel) { return; } if (what === "close") { close(); } else { open(); } };
  if (page.body) { build(); } else { page.addEventListener("DOMContentLoaded", build); }
})();

/* What makes the chat pleasant, on our own page and in the frame on somebody else's. Without it both still work.
   Nothing written is lost: a message stays on this device until the server has said that it has it, also when the browser is killed.
   Nothing is doubled: a message has one id, whoever sends it how often. Tabs share what waits, and the first is sent before the second. */
(function () {
  "use strict";
  var page = document, thread = page.getElementById("thread"), box = page.getElementById("text");
  if (!thread || !window.fetch || !window.URLSearchParams || !("content" in page.createElement("template"))) { return; }
  var form = box.form, scroller = thread.parentNode, site = thread.dataset.site;
  var state = page.getElementById("state"), problem = page.getElementById("problem");
  var LASTS = 3 * 864e5, mine = "chat." + (site ? "w." + site + "." : "");
  var each = function (list, work) { Array.prototype.forEach.call(list, work); };

  /* What is kept here: in every tab, else in this tab, else while the page is open. */
  function onlyHere() {
    return Object.create({
      getItem: function (key) { return Object.prototype.hasOwnProperty.call(this, key) ? this[key] : null; },
      setItem: function (key, value) { this[key] = String(value); },
      removeItem: function (key) { delete this[key]; }
    });
  }
  function firstOf(names) {
    for (var i = 0; i < names.length; i++) {
      try { var found = window[names[i]]; found.setItem(mine + "t", "1"); found.removeItem(mine + "t"); return found; } catch (e) { /* forbidden or full */ }
    }
    return onlyHere();
  }
  var store = firstOf(["localStorage", "sessionStorage"]);
  function get(name) { return store.getItem(mine + name) || ""; }
  function set(name, value) {
    try {
      store.setItem(mine + name, value);
      store.setItem(mine + "until", Date.now() + LASTS);
    } catch (e) { /* full: from now on only in this page, with what was there */
      var here = onlyHere();
      Object.keys(store).forEach(function (key) { here.setItem(key, store.getItem(key)); });
      store = here;
      store.setItem(mine + name, value);
    }
  }
  function unset(name) { store.removeItem(mine + name); }
  function unsetAll(names) { names.forEach(unset); }
  if (get("until") && +get("until") < Date.now()) {
    Object.keys(store).forEach(function (key) { if (key.indexOf(mine) === 0) { store.removeItem(key); } });
  }
  function random() {
    return Array.prototype.map.call(crypto.getRandomValues(new Uint8Array(12)), function (n) { return ("0" + n.toString(16)).slice(-2); }).join("");
  }
  var tab = random();
  try { tab = sessionStorage.getItem("chat.tab") || tab; sessionStorage.setItem("chat.tab", tab); } catch (e) { /* as above */ }

  /* In a frame there is no cookie: the page carries who we are. */
  function token() { return site ? get("token") || form.token.value : ""; }
  function carry(value) { each(page.querySelectorAll("input[name=token]"), function (field) { field.value = value; }); }
  if (site) { carry(token()); }
  function asks(address, options) {
    options.headers = { "X-Fragment": "1" };
    if (options.body) { options.headers["Content-Type"] = "application/x-www-form-urlencoded"; }
    options.credentials = site ? "omit" : "same-origin";
    if (site && !options.body) { options.headers["X-Chat-Token"] = token(); }
    if (window.AbortController) {
      var late = new AbortController();
      options.signal = late.signal;
      setTimeout(function () { late.abort(); }, 60000);
    }
    return fetch(address, options);
  }

  /* What is being written. */
  var asked = get("asked");
  if (asked) {
    each(thread.querySelectorAll(".line--person .bubble"), function (bubble) {
      if (bubble.textContent.trim() === asked.trim()) { unsetAll(["draft", "asked"]); }
    });
  }
  if (!box.value) { box.value = get("draft"); }
  box.addEventListener("input", function () { set("draft", box.value); });

  each(page.querySelectorAll("[data-look]"), function (line) { line.hidden = true; });
  function tell(words) { problem.hidden = !words; problem.querySelector("[data-words]").textContent = words || ""; }
  function doing(words) { state.hidden = !words; state.textContent = words || ""; }
  function last() {
    return Array.prototype.reduce.call(thread.querySelectorAll("[data-id]"), function (most, line) { return Math.max(most, +line.dataset.id); }, 0);
  }

  /* What waits to be sent: one entry for each message, so that tabs never write over each other. */
  function waiting() {
    return Object.keys(store).filter(function (key) { return key.indexOf(mine + "q.") === 0; }).sort().map(function (key) {
      try { var said = JSON.parse(store.getItem(key)); said.key = key; return said; } catch (e) { return null; }
    }).filter(Boolean);
  }
  function pending(said) {
    if (thread.querySelector('[data-pending="' + said.id + '"]')) { return; }
    var line = page.createElement("li"), by = page.createElement("p"), bubble = page.createElement("div");
    line.className = "line line--person line--pending";
    line.dataset.pending = said.id;
    by.className = "line__by";
    by.textContent = isOffline ? state.dataset.waits : "";
    bubble.className = "bubble";
    bubble.textContent = said.text || said.choice.split("|").slice(1).join("|");
    line.appendChild(by);
    line.appendChild(bubble);
    thread.insertBefore(line, thread.querySelector("[data-look]"));
    line.scrollIntoView();
  }
  function drop(id) {
    var line = thread.querySelector('[data-pending="' + id + '"]');
    if (line) { line.parentNode.removeChild(line); }
  }
  var isOffline = false;
  function offline(is) {
    isOffline = is;
    each(thread.querySelectorAll("[data-pending] .line__by"), function (by) { by.textContent = is ? state.dataset.waits : ""; });
  }

  /* A line as data becomes one of the page's own, copied from its blueprint. */
  var blueprint = page.getElementById("blueprint"), kinds = { p: 0, m: 1, a: 2, s: 3, f: 1 };
  function times(list, wanted, fill) { /* the one sample in the list, once for each */
    if (!list) { return; }
    var sample = list.firstElementChild;
    list.removeChild(sample);
    (wanted || []).forEach(function (one, at) { fill(list.appendChild(sample.cloneNode(true)), one, at); });
    if (!list.children.length) { list.parentNode.removeChild(list); }
  }
  function made(data) {
    var line = blueprint.content.children[kinds[data[1].charAt(0)]].cloneNode(true), by = line.querySelector(".line__by");
    line.id = "m" + data[0];
    line.dataset.id = data[0];
    by.querySelector("time").textContent = data[2];
    line.querySelector(".bubble").innerHTML = data[3];
    if (!data[3]) { line.removeChild(line.querySelector(".bubble")); }
    if (data[1] === "f") { line.removeChild(by); line.dataset.forgotten = ""; }
    if (data[1].charAt(1)) { line.classList.add("line--danger"); }
    times(line.querySelector(".choices"), data[4], function (item, choice, at) {
      var button = item.firstElementChild;
      button.value = choice[0] + "|" + choice[1];
      button.firstElementChild.textContent = at + 1;
      button.lastElementChild.textContent = choice[2] || choice[1];
    });
    times(line.querySelector(".calls"), data[5], function (item, call) {
      item.firstElementChild.href = "tel:" + call[0].replace(/ /g, "");
      item.querySelector("b").textContent = call[0];
      item.querySelector("span").textContent = call[1];
    });
    return line;
  }
  /* New lines go in once, whoever brought them; choices that a later message has answered go away.
     Whoever is reading further up is left there. */
  function add(text, response, follow) {
    var first = null;
    follow = follow || scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 200;
    JSON.parse(text).map(made).forEach(function (line) {
      if (page.getElementById(line.id) && line.id !== "m0") { return; }
      if (line.classList.contains("line--person")) {
        each(thread.querySelectorAll(".choices"), function (old) { old.parentNode.removeChild(old); });
      } else if (!isShown) { unread++; }
      thread.insertBefore(line, thread.querySelector("[data-pending], [data-look]"));
      first = first || line;
    });
    if (first) {
      each(page.querySelectorAll("[data-welcome]"), function (welcome) { thread.removeChild(welcome); });
      each(page.querySelectorAll(".forget"), function (way) { way.hidden = false; });
      form.after.value = last();
      if (follow) { first.scrollIntoView(); }
    }
    tellAbove("unread");
    var language = response.headers.get("X-Chat-Language");
    if (language) {
      location.replace(thread.dataset.chat.replace(/\/\w\w\/(chat\/)?$/, function (_, chat) { return "/" + language + "/" + (chat || ""); }));
    }
  }

  var busy = false, wait = 0, again, isOver = false, patience = {};
  function send() {
    clearTimeout(again);
    if (busy) { return; }
    var said = waiting()[0], body = new URLSearchParams();
    if (!said) { doing(""); return; }
    if (said.tab !== tab && !(patience[said.id] < Date.now())) { /* the tab it was written in sends it, unless it is gone */
      patience[said.id] = patience[said.id] || Date.now() + 3000;
      again = setTimeout(send, patience[said.id] - Date.now() + 100);
      return;
    }
    busy = true;
    doing(state.dataset.sending);
    body.set("client_id", said.id);
    body.set(said.choice ? "choice" : "text", said.choice || said.text);
    if (isOver || !last()) { body.set("country", form.country.value); } else { body.set("after", last()); }
    if (site) { body.set("token", token()); }
    asks(form.action, { method: "POST", body: body.toString() }).then(function (response) {
      if (response.status >= 500) { throw new Error("later"); }
      return response.text().then(function (text) { settle(said, response, text); });
    }).catch(later);
  }
  function settle(said, response, text) {
    busy = false; wait = 0;
    store.removeItem(said.key); drop(said.id); doing(""); offline(false);
    if (response.ok) {
      isOver = response.headers.get("X-Chat-Over") === "1";
      if (isOver) { end(response.headers.get("X-Chat-Token")); } else if (site) { set("token", token()); }
      add(text, response, true);
      soon();
      send();
      return;
    }
    if (response.status === 410) { each(thread.querySelectorAll("[data-id]"), function (line) { thread.removeChild(line); }); }
    if (said.text) { box.value = said.text + (box.value ? "\n" + box.value : ""); set("draft", box.value); }
    tell(/^text\/plain/.test(response.headers.get("Content-Type")) ? text : state.dataset.offline);
    box.focus();
  }
  function later() {
    busy = false;
    wait = Math.min(wait ? wait * 2 : 2, 60);
    doing(state.dataset.offline);
    offline(true);
    again = setTimeout(send, wait * 1000);
  }
  function say(text, choice) {
    var queue = waiting(), at = Math.max(Date.now(), queue.length ? queue[queue.length - 1].at + 1 : 0);
    var said = { id: random(), text: text, choice: choice, tab: tab, at: at };
    tell("");
    if (site) { set("token", token()); }
    set("q." + at + "." + said.id, JSON.stringify(said));
    pending(said);
    send();
  }
  /* The conversation is over: nothing of it stays here, and other tabs let go of it. */
  function end(fresh) {
    unsetAll(["draft", "asked", "token"]);
    if (fresh) { carry(fresh); }
    set("over", "1");
    unset("over");
  }

  page.addEventListener("click", function (event) {
    var choice = event.target.closest && event.target.closest("[name=choice], [data-choice]");
    if (!choice || (choice.dataset.choice && !last())) { return; }
    event.preventDefault();
    say("", choice.dataset.choice || choice.value);
    box.focus({ preventScroll: true });
  });
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    var text = box.value;
    if (!text.trim()) { box.focus(); return; }
    box.value = "";
    say(text, "");
    if (get("draft") === text) { unset("draft"); }
    box.focus({ preventScroll: true });
  });
  page.addEventListener("submit", function (event) {
    if (!event.target.hasAttribute("data-forget")) { return; }
    if (site) { carry(token()); }
    waiting().forEach(function (said) { store.removeItem(said.key); });
    end("");
  });
  box.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.querySelector(".compose__send").click(); }
  });
  window.addEventListener("online", send);
  window.addEventListener("storage", function (event) {
    var name = (event.key || "").indexOf(mine) === 0 ? event.key.slice(mine.length) : "";
    if (name === "over" && event.newValue) { location.replace(thread.dataset.chat); }
    if (name === "draft" && box.value === (event.oldValue || "")) { box.value = event.newValue || ""; }
    if (name.indexOf("q.") !== 0) { return; }
    if (event.newValue) { pending(JSON.parse(event.newValue)); send(); return; }
    drop(name.split(".")[2]);
    soon();
    look();
    send();
  });

  /* Looking for a person's answer: often at first, ever less, never in a hidden tab, seldom where the frame is shut or the line is cut. */
  var pause = 3, timer;
  function look() {
    clearTimeout(timer);
    if (page.hidden || busy || !(last() || get("token"))) { plan(); return; }
    asks(thread.dataset.messages + "?after=" + last(), { method: "GET" }).then(function (response) {
      if (response.status === 200) { pause = 3; return response.text().then(function (text) { add(text, response); }); }
      if (response.status === 410) { pause = 0; }
      if (waiting().length) { send(); }
    }).catch(function () { pause = Math.min(pause * 2, 60); }).then(plan);
  }
  function plan() {
    clearTimeout(timer);
    if (!pause || isOver) { return; }
    timer = setTimeout(look, (isShown ? pause : 60) * 1000);
    pause = Math.min(pause * 1.25, 60);
  }
  function soon() { pause = 3; plan(); }
  page.addEventListener("visibilitychange", function () { if (!page.hidden) { pause = 3; look(); send(); } });

  /* In a frame: "open", "close" and a number go between it and the page around it, which must be one of the site's; never a word. */
  var above = window.parent, around = "", isShown = true, unread = 0;
  function tellAbove(what) { if (around) { above.postMessage({ baquiano: what, count: unread }, around); } }
  if (site && above !== window) {
    var origins = thread.dataset.origins.split(" ").concat(location.origin);
    window.addEventListener("message", function (event) {
      if (event.source !== above || origins.indexOf(event.origin) < 0 || !event.data) { return; }
      around = event.origin;
      if (event.data.baquiano === "close") { isShown = false; return; }
      if (event.data.baquiano !== "open") { return; }
      isShown = true;
      unread = 0;
      tellAbove("unread");
      (window.matchMedia("(pointer: coarse)").matches ? scroller : box).focus();
      soon();
    });
    page.addEventListener("keydown", function (event) { if (event.key === "Escape") { tellAbove("close"); } });
  }

  waiting().forEach(pending);
  send();
  if (site) { look(); } else { plan(); }
  if (!location.hash) { scroller.scrollTop = scroller.scrollHeight; }
})();

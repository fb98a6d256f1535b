/* The site's own script: what makes the chat pleasant, and the quick way out. Without it every page still works.
   Nothing written is lost: a message stays in this tab's memory until the server has said that it has it. */
(function () {
  "use strict";
  var page = document, memory = {
    get: function (key) { try { return JSON.parse(sessionStorage.getItem(key)); } catch (e) { return null; } },
    set: function (key, value) { try { sessionStorage.setItem(key, JSON.stringify(value)); } catch (e) { /* private mode: the page itself still holds it */ } }
  };

  /* The quick way out: blank at once, a neutral page in this tab (no way back) and another in front. */
  var way = page.querySelector("[data-exit]"), escapes = 0;
  function leave() {
    page.documentElement.innerHTML = "";
    try { sessionStorage.clear(); } catch (e) { /* nothing was kept */ }
    location.replace(way.href);
  }
  if (way) {
    way.addEventListener("click", function (event) {
      event.preventDefault();
      window.open(way.href, "_blank", "noopener");
      leave();
    });
    page.addEventListener("keydown", function (event) {
      if (event.key !== "Escape") { escapes = 0; return; }
      if (Date.now() - escapes < 1500) { leave(); }
      escapes = Date.now();
    });
  }

  /* What is being written survives a reload or another page, in this tab only. */
  var box = page.querySelector("#text, #ask");
  if (!box) { return; }
  var form = box.form, thread = page.getElementById("thread"), asked = memory.get("asked");
  if (thread && asked) {
    /* The question of the first page: kept until it is seen in the conversation. */
    Array.prototype.forEach.call(thread.querySelectorAll(".line--person .bubble"), function (bubble) {
      if (bubble.textContent.trim() === asked.trim()) { memory.set("draft", ""); memory.set("asked", ""); }
    });
  }
  if (!box.value && memory.get("draft")) { box.value = memory.get("draft"); }
  box.addEventListener("input", function () { memory.set("draft", box.value); });
  if (!thread) { form.addEventListener("submit", function () { memory.set("draft", box.value); memory.set("asked", box.value); }); return; }
  var scroller = thread.parentNode;
  page.querySelectorAll("[data-look]").forEach(function (button) { button.hidden = true; });
  page.addEventListener("submit", function (event) { if (event.target.hasAttribute("data-forget")) { try { sessionStorage.clear(); } catch (e) { /* as above */ } } });

  var state = page.getElementById("state"), problem = page.getElementById("problem");
  var queue = memory.get("queue") || [], busy = false, wait = 0, again;

  function tell(words) { problem.hidden = !words; problem.querySelector("[data-words]").textContent = words || ""; }
  function doing(words) { state.hidden = !words; state.textContent = words || ""; }
  function keep() { memory.set("queue", queue); }
  function last() {
    return Array.prototype.reduce.call(thread.querySelectorAll("[data-id]"), function (most, line) { return Math.max(most, +line.dataset.id); }, 0);
  }
  function random() {
    return Array.prototype.map.call(crypto.getRandomValues(new Uint8Array(16)), function (n) { return ("0" + n.toString(16)).slice(-2); }).join("");
  }
  function pending(said) {
    var line = page.createElement("li"), bubble = page.createElement("div");
    line.className = "line line--person line--pending";
    line.dataset.pending = said.client_id;
    bubble.className = "bubble";
    bubble.textContent = said.text || said.choice.split("|").slice(1).join("|");
    line.appendChild(bubble);
    thread.insertBefore(line, thread.querySelector("[data-look]"));
    line.scrollIntoView();
  }
  function drop(said) {
    var line = thread.querySelector('[data-pending="' + said.client_id + '"]');
    if (line) { line.parentNode.removeChild(line); }
  }
  /* New lines go in once, whoever brought them; choices that a later message has answered go away.
     Whoever is reading further up is left there. */
  function add(html, response, follow) {
    var holder = page.createElement("ol"), first = null;
    follow = follow || scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 200;
    holder.innerHTML = html;
    Array.prototype.slice.call(holder.children).forEach(function (line) {
      if (line.dataset.id && page.getElementById(line.id)) { return; }
      if (line.classList.contains("line--person")) {
        Array.prototype.forEach.call(thread.querySelectorAll(".choices"), function (old) { old.parentNode.removeChild(old); });
      }
      thread.insertBefore(line, thread.querySelector("[data-pending], [data-look]"));
      first = first || line;
    });
    var welcome = thread.querySelector("[data-welcome]");
    if (welcome && first) { thread.removeChild(welcome); }
    if (first) { form.after.value = last(); if (follow) { first.scrollIntoView(); } }
    var language = response.headers.get("Content-Language");
    if (language && language !== page.documentElement.lang) { location.replace(form.action.replace(/\/\w\w\/chat\/say\/.*$/, "/" + language + "/chat/")); }
  }

  function send() {
    if (busy || !queue.length) { return; }
    busy = true;
    clearTimeout(again);
    doing(state.dataset.sending);
    var said = queue[0], body = new URLSearchParams();
    body.set("text", said.text); body.set("choice", said.choice); body.set("client_id", said.client_id);
    body.set("country", form.country.value); body.set("after", last());
    fetch(form.action, { method: "POST", body: body, credentials: "same-origin", headers: { "X-Fragment": "1" } }).then(function (response) {
      if (response.status >= 500) { throw new Error("later"); }
      return response.text().then(function (text) { settle(said, response, text); });
    }).catch(function () { later(); });
  }
  function settle(said, response, text) {
    busy = false; wait = 0;
    queue.shift(); keep(); drop(said); doing("");
    if (response.ok) { add(text, response, true); soon(); send(); return; }
    if (response.status === 410) { Array.prototype.forEach.call(thread.querySelectorAll("[data-id]"), function (line) { thread.removeChild(line); }); }
    if (said.text) { box.value = said.text + (box.value ? "\n" + box.value : ""); memory.set("draft", box.value); }
    tell(/^text\/plain/.test(response.headers.get("Content-Type")) ? text : state.dataset.offline);
    box.focus();
  }
  function later() {
    busy = false;
    wait = Math.min(wait ? wait * 2 : 2, 60);
    doing(state.dataset.offline);
    again = setTimeout(send, wait * 1000);
  }
  function say(text, choice) {
    var said = { text: text, choice: choice, client_id: random() };
    tell("");
    queue.push(said); keep(); pending(said); send();
  }

  page.addEventListener("click", function (event) {
    var choice = event.target.closest && event.target.closest("[name=choice]");
    if (!choice) { return; }
    event.preventDefault();
    say("", choice.value);
    box.focus({ preventScroll: true });
  });
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    if (!box.value.trim()) { box.focus(); return; }
    say(box.value, "");
    box.value = ""; memory.set("draft", "");
    box.focus({ preventScroll: true });
  });
  box.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.querySelector(".compose__send").click(); }
  });
  window.addEventListener("online", send);

  /* Looking for a person's answer: often at first, ever less, never in a hidden tab. */
  var pause = 3, timer;
  function look() {
    clearTimeout(timer);
    if (page.hidden || busy || !last()) { plan(); return; }
    fetch(thread.dataset.messages + "?after=" + last(), { credentials: "same-origin" }).then(function (response) {
      if (response.status === 200) { pause = 3; return response.text().then(function (html) { add(html, response); }); }
      if (response.status === 410) { pause = 0; }
    }).catch(function () { /* no connection: the next look tells */ }).then(plan);
  }
  function plan() {
    clearTimeout(timer);
    if (!pause) { return; }
    timer = setTimeout(look, pause * 1000);
    pause = Math.min(pause * 1.25, 60);
  }
  function soon() { pause = 3; plan(); }
  page.addEventListener("visibilitychange", function () { if (!page.hidden) { pause = 3; look(); } });

  queue.forEach(pending);
  send();
  plan();
  if (!location.hash) { scroller.scrollTop = scroller.scrollHeight; }
})();

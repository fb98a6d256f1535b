/* The end of the session: a warning before it, and nothing of what was being written is lost. The server decides; this only asks. */
(function () {
  'use strict';
  var goesOn = document.querySelector('[data-goes-on]');
  if (goesOn) { goesOn.requestSubmit(); return; }
  var box = document.getElementById('session-end');
  if (!box) return;

  var WARNING = 120; // seconds before the end
  var AGAIN = 15; // seconds between two questions while the warning stands
  var TYPING = 5 * 60 * 1000; // whoever types is there: said to the server this often
  var SENT = 'sent'; // workspace.js makes it KEPT when what was sent met the sign-in
  var KEPT = 'draft:' + box.dataset.user + ':page:' + location.pathname;
  var timer = null;
  var told = Date.now();

  // How long it lasts: other tabs make it longer, so the server is asked ------------------------------------------
  function ask() {
    fetch(box.dataset.left, { headers: { 'HX-Request': 'true' }, cache: 'no-store' })
      .then(function (answer) { return answer.ok ? answer.json().then(plan) : over(); })
      .catch(function () { again(AGAIN); }); // no connection: nothing is known
  }

  function plan(left) {
    var soonest = Math.min(left.idle, left.whole);
    var why = soonest > WARNING ? '' : (left.whole <= left.idle ? 'whole' : 'idle');
    box.querySelectorAll('[data-why]').forEach(function (words) { words.hidden = words.dataset.why !== why; });
    box.querySelector('form').hidden = why !== 'idle';
    box.hidden = !why;
    again(why ? Math.min(AGAIN, soonest + 1) : soonest - WARNING);
  }

  function again(seconds) {
    clearTimeout(timer);
    timer = setTimeout(ask, Math.max(1, seconds) * 1000);
  }

  function over() {
    keep();
    location.replace(location.pathname); // the server sends whoever is out to the sign-in
  }

  function stay() {
    told = Date.now();
    var token = box.querySelector('[name=csrfmiddlewaretoken]').value;
    return fetch(box.dataset.stay, { method: 'POST', headers: { 'HX-Request': 'true', 'X-CSRFToken': token } });
  }

  box.querySelector('form').addEventListener('submit', function (event) {
    event.preventDefault();
    stay().then(ask, ask);
  });
  document.addEventListener('input', function () { if (Date.now() - told > TYPING) stay().catch(function () {}); });
  document.addEventListener('visibilitychange', function () { if (!document.hidden) ask(); });
  document.body.addEventListener('htmx:beforeOnLoad', function (event) { if (event.detail.xhr.status === 401) keep(); });

  // What is being written, when it ends all the same: kept in this tab for the same person and the same page ----------
  function fields() {
    return Array.prototype.slice.call(document.querySelectorAll('main form[method=post] textarea, main form[method=post] input, main form[method=post] select'))
      .filter(function (field) { return field.name && !field.hasAttribute('data-draft') && !/^(hidden|password|file|submit|button)$/.test(field.type); });
  }

  function isTicked(field) { return field.type === 'checkbox' || field.type === 'radio'; }
  function isNew(field) {
    if (isTicked(field)) return field.checked !== field.defaultChecked;
    if (field.options) return field.selectedIndex !== first(field);
    return field.value !== field.defaultValue;
  }

  function first(select) { // as the page came
    return Math.max(0, Array.prototype.findIndex.call(select.options, function (option) { return option.defaultSelected; }));
  }

  function whatIsNew() {
    var written = {};
    fields().forEach(function (field, place) {
      if (isNew(field)) written[place + ':' + field.name] = isTicked(field) ? field.checked : field.value;
    });
    return written;
  }

  function keep() {
    var written = whatIsNew();
    if (Object.keys(written).length) sessionStorage.setItem(KEPT, JSON.stringify(written));
  }

  // It may be over without a word and they press "Save": what is sent is kept until a page comes that only somebody signed in is given
  sessionStorage.removeItem(SENT);
  document.addEventListener('submit', function (event) {
    if (!event.target.closest('main') || event.target.method !== 'post') return;
    sessionStorage.setItem(SENT, JSON.stringify({ key: KEPT, written: whatIsNew() }));
  });

  var written = JSON.parse(sessionStorage.getItem(KEPT) || 'null');
  if (written) {
    sessionStorage.removeItem(KEPT);
    fields().forEach(function (field, place) {
      var name = place + ':' + field.name;
      if (!(name in written) || isNew(field)) return;
      if (isTicked(field)) field.checked = written[name]; else field.value = written[name];
      var folded = field.closest('details');
      if (folded) folded.open = true;
    });
    var said = document.getElementById('session-kept');
    said.textContent = said.dataset.words;
    said.classList.remove('visually-hidden');
    document.querySelector('main').prepend(said);
  }

  again(60); // the page has just come: nothing ends within a minute
})();

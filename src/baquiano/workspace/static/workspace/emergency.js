/* The emergency key: F9 or the red button opens a sheet that is already in the page. A notice that cannot leave waits in this tab, for the
   same colleague, and leaves by itself. Nothing here needs the server to be read. */
(function () {
  'use strict';
  var sheet = document.getElementById('emergency');
  var key = document.querySelector('[data-emergency-key]');
  var form = document.querySelector('[data-emergency-form]');
  var workers = window.isSecureContext && navigator.serviceWorker;
  // Whoever uses this computer next finds no copy either
  Array.prototype.forEach.call(document.querySelectorAll('[data-leaving]'), function (leaving) {
    leaving.addEventListener('submit', function () {
      if (!workers) return;
      caches.delete('emergency');
      workers.getRegistrations().then(function (all) { all.forEach(function (one) { one.unregister().catch(function () {}); }); });
    });
  });
  if (!form) return;
  var words = sheet ? sheet.dataset : {};
  var said = document.getElementById('emergency-said');
  var WAITS = 'emergency:' + (words.user || '');
  var AGAIN = 10000; // milliseconds between two attempts; the browser does not always know that it is connected again
  var timer = null;

  // Opening and closing ---------------------------------------------------------------------------------------------
  function open() {
    if (sheet.open) return;
    sheet.showModal(); // keeps the keyboard inside, closes with Esc, and gives the focus back to where it was
    document.getElementById('emergency-title').focus();
  }

  if (sheet && sheet.showModal) {
    key.addEventListener('click', function (event) { event.preventDefault(); open(); });
    document.addEventListener('keydown', function (event) {
      if (event.key !== 'F9' || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      open();
    }, true);
    sheet.querySelector('.emergency__jump a').addEventListener('click', function (event) {
      event.preventDefault(); // the address stays: somebody may be reading over a shoulder
      form.elements.line.focus();
    });
    // The keys of the page below mean nothing while the sheet is open
    sheet.addEventListener('keydown', function (event) { event.stopPropagation(); });
  } else {
    document.addEventListener('keydown', function (event) {
      if (event.key === 'F9' && key) { event.preventDefault(); key.click(); }
    }, true);
    return; // without a dialog the button is a link, and the form a form
  }

  // Telling the team --------------------------------------------------------------------------------------------------
  function newId() {
    var bytes = Array.prototype.slice.call(crypto.getRandomValues(new Uint8Array(16)));
    bytes[6] = (bytes[6] & 15) | 64; bytes[8] = (bytes[8] & 63) | 128;
    var hex = bytes.map(function (byte) { return ('0' + byte.toString(16)).slice(-2); }).join('');
    return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
  }

  function tell(text, tone) {
    said.textContent = text;
    said.className = 'emergency__said' + (tone ? ' notice notice--' + tone : '');
    key.classList.toggle('emergency-key--waits', sessionStorage.getItem(WAITS) !== null);
  }

  function send(notice) {
    var body = new URLSearchParams(notice);
    var token = form.elements.csrfmiddlewaretoken.value;
    clearTimeout(timer);
    return fetch(form.action, {
      method: 'POST', body: body, cache: 'no-store',
      headers: { 'X-CSRFToken': token, 'Accept': 'application/json', 'HX-Request': 'true' }
    }).then(function (answer) {
      if (answer.status === 401) { tell(words.out, 'danger'); return; } // it stays, and leaves after the sign-in
      if (answer.status >= 500) { later(); return; }
      sessionStorage.removeItem(WAITS);
      if (!answer.ok) {
        return answer.json().catch(function () { return {}; }).then(function (told) { tell(told.said || words.refused, 'danger'); });
      }
      return answer.json().then(function (told) {
        form.elements.client_id.value = newId();
        form.elements.line.value = '';
        tell(told.said, 'good');
      });
    }, later);
  }

  function later() {
    tell(words.offline, 'danger');
    clearTimeout(timer);
    timer = setTimeout(waiting, AGAIN);
  }

  function waiting() {
    var notice = JSON.parse(sessionStorage.getItem(WAITS) || 'null');
    if (notice) send(notice);
  }

  form.addEventListener('submit', function (event) {
    event.preventDefault();
    var line = form.elements.line;
    if (!line.value.trim()) { line.reportValidity(); line.focus(); return; }
    var notice = { client_id: form.elements.client_id.value, line: line.value, level: form.elements.level.value };
    sessionStorage.setItem(WAITS, JSON.stringify(notice)); // until the server has it; whoever signs out takes it away
    tell(words.sending, '');
    send(notice);
  });
  window.addEventListener('online', waiting);
  waiting();

  // A copy of numbers and steps for when this browser is opened without a connection: no name is in it -------------------
  var SEEN = 'emergency-copy';
  if (workers && !sessionStorage.getItem(SEEN)) {
    workers.register(words.worker).then(function () { sessionStorage.setItem(SEEN, '1'); }, function () {});
  }
})();

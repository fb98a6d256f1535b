/* The staff screens' own script: drafts that survive, keys, the lost connection. Everything else is HTML and htmx. */
(function () {
  'use strict';
  var find = function (selector) { return document.querySelector(selector); };
  var all = function (selector) { return Array.prototype.slice.call(document.querySelectorAll(selector)); };
  var DRAFT = 'draft:';

  // Drafts: kept in this tab, for this user and this conversation, until the server has the answer ------------------
  var desk = find('#desk');
  var box = find('[data-draft]');
  var id = box && box.form.elements.client_id;
  var mine = desk && DRAFT + desk.dataset.user + ':' + desk.dataset.conversation;

  function keep() {
    if (box.value) sessionStorage.setItem(mine, JSON.stringify({ text: box.value, id: id.value }));
    else sessionStorage.removeItem(mine);
  }

  function grow() {
    box.rows = Math.max(3, Math.min(10, box.value.split('\n').length + Math.floor(box.value.length / 90)));
  }

  if (box) {
    var kept = JSON.parse(sessionStorage.getItem(mine) || 'null');
    if (kept && !box.value) { box.value = kept.text; id.value = kept.id; } // the same id: an answer that did arrive is not doubled
    box.addEventListener('input', function () { keep(); grow(); });
    box.addEventListener('keydown', function (event) {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) { event.preventDefault(); box.form.requestSubmit(); }
    });
    grow();
    if (location.hash === '#reply') box.focus();
  }

  document.body.addEventListener('said', function (event) {
    id.value = event.detail.client_id;
    box.value = '';
    keep(); grow(); box.focus();
    find('#told').textContent = '';
    find('#unsent').hidden = true;
  });

  // Nobody who uses this computer next finds what was being written
  all('[data-leaving]').forEach(function (form) {
    form.addEventListener('submit', function () { sessionStorage.clear(); localStorage.clear(); });
  });
  if (desk) Object.keys(sessionStorage).forEach(function (key) {
    if (key.indexOf(DRAFT) === 0 && key.indexOf(DRAFT + desk.dataset.user + ':') !== 0) sessionStorage.removeItem(key);
  });

  // The thread: new words in view, unless somebody is reading further up -----------------------------------------
  var talk = find('[data-talk]');
  var scroller = function () { return talk.scrollHeight > talk.clientHeight + 1 ? talk : document.scrollingElement; }; // a telephone scrolls the page
  var near = function () { var area = scroller(); return area.scrollHeight - area.scrollTop - area.clientHeight < 160; };
  var toTheEnd = function () { var area = scroller(); area.scrollTop = area.scrollHeight; };
  var follows = true;

  function standing() {
    var now = find('.standing');
    var lost = box && now && now.dataset.mine === '0';
    if (box) find('#kept').hidden = !lost;
    if (box) find('#send').disabled = Boolean(lost);
  }
  standing();

  var scrolled = new WeakMap();
  document.body.addEventListener('htmx:beforeSwap', function (event) {
    var target = event.detail.target;
    if (talk) follows = near();
    if (target && target.hasAttribute('data-keeps-scroll')) scrolled.set(target, target.scrollTop);
  });
  document.body.addEventListener('htmx:afterSettle', function (event) {
    if (talk && follows) toTheEnd();
    if (scrolled.has(event.target)) event.target.scrollTop = scrolled.get(event.target);
    standing();
    counts();
  });

  // How many wait: in the title of the tab, and said aloud only when the number changes ---------------------------
  var title = document.title;
  var told = null;
  function counts() {
    var now = find('#counts');
    if (!now) return;
    var waiting = Number(now.dataset.waiting);
    document.title = waiting ? '(' + waiting + ') ' + title : title;
    if (told !== null && told !== waiting) find('#queue-said').textContent = now.textContent.trim();
    told = waiting;
  }
  counts();

  // The connection ---------------------------------------------------------------------------------------------------
  var failing = new Map(); // which part of the page cannot ask, and why; each is cleared by its own next answer
  function show() {
    var kinds = Array.from(failing.values());
    if (find('#lost')) find('#lost').hidden = kinds.indexOf('lost') < 0;
    if (find('#broken')) find('#broken').hidden = kinds.indexOf('broken') < 0;
  }
  function failed(kind) {
    return function (event) {
      var part = event.detail.elt;
      if (part.matches('[data-composer]')) find('#unsent').hidden = false;
      else if (!part.matches('[data-draft]')) failing.set(part, kind);
      show();
    };
  }
  document.body.addEventListener('htmx:sendError', failed('lost'));
  document.body.addEventListener('htmx:timeout', failed('lost'));
  document.body.addEventListener('htmx:responseError', failed('broken'));
  document.body.addEventListener('htmx:afterRequest', function (event) {
    if (event.detail.successful && failing.delete(event.detail.elt)) show();
  });

  // Keys: one letter each, and a switch for whoever speaks or types with something else ---------------------------
  var help = find('[data-keys]');
  var OFF = 'keys-off';
  if (help) {
    help.hidden = false;
    var button = find('[data-keys-switch]');
    var label = function () { button.textContent = localStorage.getItem(OFF) ? button.dataset.off : button.dataset.on; };
    button.addEventListener('click', function () {
      if (localStorage.getItem(OFF)) localStorage.removeItem(OFF); else localStorage.setItem(OFF, '1');
      label();
    });
    label();
    document.addEventListener('keydown', key);
  }

  function step(by) {
    var rows = all('[data-row]');
    if (!rows.length) return;
    var at = rows.indexOf(document.activeElement);
    if (at < 0) at = rows.findIndex(function (row) { return row.hasAttribute('aria-current'); }) - (by > 0 && !find('[data-row][aria-current]') ? 0 : by);
    rows[Math.max(0, Math.min(rows.length - 1, at + by))].focus();
  }

  function back() {
    var row = find('[data-row][aria-current]') || find('[data-row]');
    if (row && row.offsetParent) row.focus();
    else if (find('#back')) find('#back').click();
  }

  var deeds = {
    j: function () { step(1); },
    k: function () { step(-1); },
    t: function () { var take = find('[data-take]'); if (take) take.click(); },
    r: function () { if (box) box.focus(); else if (find('[data-take]')) find('[data-take]').focus(); },
  };

  function key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    var writing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if (event.key === 'Escape') { if (writing) event.target.blur(); back(); return; }
    if (writing || localStorage.getItem(OFF) || !deeds[event.key]) return;
    event.preventDefault();
    deeds[event.key]();
  }

  if (talk) {
    toTheEnd(); // last of all: the rest of the page has its place now
    window.addEventListener('resize', function () { if (follows) toTheEnd(); });
  }

  // How long a text is, beside what may be sent ---------------------------------------------------------------------
  all('[data-counts]').forEach(function (area) {
    var counter = document.createElement('p');
    var most = Number(area.dataset.counts);
    counter.className = 'counter';
    area.insertAdjacentElement('afterend', counter);
    function count() {
      var length = Array.from(area.value).length; // letters as people count them, not UTF-16 units
      counter.textContent = length + ' / ' + most;
      counter.classList.toggle('counter--over', length > most);
    }
    area.addEventListener('input', count);
    count();
  });

  // Copying a link that is shown once -------------------------------------------------------------------------------
  all('[data-copy]').forEach(function (copier) {
    var link = document.getElementById(copier.dataset.copy);
    copier.hidden = !navigator.clipboard;
    copier.addEventListener('click', function () {
      navigator.clipboard.writeText(link.value).then(function () { copier.lastElementChild.textContent = link.dataset.copied; });
    });
  });
})();

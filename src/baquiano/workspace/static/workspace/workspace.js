/* The staff screens' own script: drafts that survive, keys, the lost connection. Everything else is HTML and htmx. */
(function () {
  'use strict';
  var find = function (selector) { return document.querySelector(selector); };
  var all = function (selector) { return Array.prototype.slice.call(document.querySelectorAll(selector)); };
  var DRAFT = 'draft:';

  // Drafts: kept in this tab, for this user and this conversation, until the server has the answer. Not on the server: what was
  // never said to anybody is nobody's record; a browser that is restored after a crash brings them back.
  var desk = find('#desk');
  var box = find('[data-draft]');
  var id = box && box.form.elements.client_id;
  var inserted = box && box.form.elements.inserted;
  var whose = desk && desk.dataset.user + ':' + desk.dataset.conversation;
  var mine = desk && DRAFT + whose;

  function keep() {
    if (box.value) sessionStorage.setItem(mine, JSON.stringify({ text: box.value, id: id.value, inserted: inserted.value }));
    else { sessionStorage.removeItem(mine); inserted.value = ''; }
  }

  function grow() {
    box.rows = Math.max(3, Math.min(10, box.value.split('\n').length + Math.floor(box.value.length / 90)));
  }

  if (box) {
    var kept = JSON.parse(sessionStorage.getItem(mine) || 'null');
    if (kept && !box.value) { box.value = kept.text; id.value = kept.id; inserted.value = kept.inserted || ''; } // the same id: an answer that did arrive is not doubled
    box.addEventListener('input', function () { keep(); grow(); });
    box.addEventListener('keydown', sendsWithEnter);
    grow();
    if (location.hash === '#reply') box.focus();
  }

  function sendsWithEnter(event) {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) { event.preventDefault(); event.target.form.requestSubmit(); }
  }

  document.body.addEventListener('said', function (event) {
    id.value = event.detail.client_id;
    box.value = '';
    keep(); grow(); box.focus();
    find('#told').textContent = '';
    find('#unsent').hidden = true;
  });

  // What else is being written beside a conversation: a note, what a colleague should know
  all('[data-kept]').forEach(function (area) {
    var key = DRAFT + whose + ':' + area.dataset.kept;
    if (!area.value) area.value = sessionStorage.getItem(key) || '';
    area.addEventListener('input', function () {
      if (area.value) sessionStorage.setItem(key, area.value); else sessionStorage.removeItem(key);
    });
    area.addEventListener('keydown', sendsWithEnter);
    if (area.form.hasAttribute('data-keeping')) area.form.addEventListener('submit', function () { sessionStorage.removeItem(key); }); // refused, it comes back with the page
  });

  document.body.addEventListener('noted', function () {
    var area = find('#note');
    area.value = '';
    area.dispatchEvent(new Event('input'));
    find('#note-told').textContent = '';
    area.focus();
  });

  // What somebody sent after their session had ended, and the sign-in answered: session.js puts it back on its page
  var sent = /\/login\/$/.test(location.pathname) && JSON.parse(sessionStorage.getItem('sent') || 'null');
  if (sent) {
    sessionStorage.removeItem('sent');
    if (Object.keys(sent.written).length) sessionStorage.setItem(sent.key, JSON.stringify(sent.written));
  }

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
  var wanted = false; // they are to read what is new before they send again

  function standing() {
    var now = find('.standing');
    var lost = box && now && now.dataset.mine === '0';
    all('[data-while-mine]').forEach(function (part) { part.hidden = Boolean(now && now.dataset.mine === '0'); });
    if (box) find('#kept').hidden = !lost;
    if (box) find('#send').disabled = Boolean(lost);
  }
  standing();

  // What was before their eyes when they send: the last message, once the end of the thread is in view
  function saw() {
    var last = find('#cursor [name=after]');
    if (box && talk && last && !document.hidden && near()) box.form.elements.shown.value = last.value;
  }
  // A notice that takes some of its height must not push the last words out of view
  var stays = true;
  function stay() { if (stays && scroller() === talk) toTheEnd(); } // where the page scrolls, whoever reads further up is left there
  if (talk) {
    talk.addEventListener('scroll', function () { stays = near(); });
    if (window.ResizeObserver) new ResizeObserver(stay).observe(talk);
    talk.addEventListener('scroll', saw);
    document.addEventListener('scroll', saw);
    document.addEventListener('visibilitychange', saw);
    document.body.addEventListener('newer', function () { wanted = true; });
  }

  // Nothing moves under a finger: what a poll brings meanwhile is brought by the next one (watch.js waits here too)
  var LONG_PRESS = 5000; // longer than that, or up where nobody saw it: words go on coming
  var pressed = 0;
  var isPressed = function () { return Date.now() - pressed < LONG_PRESS; };
  window.whenUp = function (then) { if (isPressed()) setTimeout(window.whenUp, 50, then); else then(); };
  document.addEventListener('pointerdown', function () { pressed = Date.now(); }, true);
  ['pointerup', 'pointercancel'].forEach(function (name) {
    document.addEventListener(name, function () { setTimeout(function () { pressed = 0; }, 100); }, true); // the click comes after the finger is up
  });

  var scrolled = new WeakMap();
  document.body.addEventListener('htmx:beforeSwap', function (event) {
    var target = event.detail.target;
    if (isPressed() && /every/.test(event.detail.requestConfig.elt.getAttribute('hx-trigger'))) { event.detail.shouldSwap = false; return; }
    if (talk) follows = wanted || near();
    if (target && target.hasAttribute('data-keeps-scroll')) scrolled.set(target, target.scrollTop);
  });
  document.body.addEventListener('htmx:afterSettle', function (event) {
    if (talk && follows) { toTheEnd(); if (event.target.id === 'lines') wanted = false; }
    saw();
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
    if (event.detail.successful && event.detail.elt.matches('[data-composer]')) find('#unsent').hidden = true; // it arrived, whatever was said to it
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

  var ROWS = '[data-row], .tickets a';
  var HERE = '[data-row][aria-current], .tickets a[aria-current]';
  function step(by) {
    var rows = all(ROWS);
    if (!rows.length) return;
    var at = rows.indexOf(document.activeElement);
    if (at < 0) at = rows.findIndex(function (row) { return row.hasAttribute('aria-current'); }) - (by > 0 && !find(HERE) ? 0 : by);
    rows[Math.max(0, Math.min(rows.length - 1, at + by))].focus();
  }

  function back() {
    var row = find(HERE) || find(ROWS);
    if (row && row.offsetParent) row.focus();
    else if (find('#back')) find('#back').click();
  }

  var deeds = {
    j: function () { step(1); },
    k: function () { step(-1); },
    t: function () { var take = find('[data-take]'); if (take) take.click(); },
    r: function () { if (box) box.focus(); else if (find('[data-take]')) find('[data-take]').focus(); },
    '/': function () { if (find('[data-find]')) find('[data-find]').click(); },
  };
  ['1', '2', '3', '4', '5'].forEach(function (digit) { // the parts of the list
    deeds[digit] = function () { var part = find('[data-tab="' + digit + '"]'); if (part) part.click(); };
  });

  /* Where a letter leads: what only opens is opened, and what does something waits for Enter. */
  function lead(place) {
    var panel = place.closest('details');
    if (panel) panel.open = true;
    var inside = place.tagName === 'SUMMARY' && panel.matches('.closing') && panel.querySelector('select, textarea, button:not([type=button])');
    (inside || place).focus();
  }

  /* A small panel over the page closes first, and the focus goes back to what opened it. */
  function shut(from) {
    var panel = from.closest('.closing[open]');
    if (!panel) return false;
    panel.open = false;
    panel.querySelector('summary').focus();
    return true;
  }

  function key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    var writing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if (event.key === 'Escape') { if (event.defaultPrevented) return; if (shut(event.target)) return; if (writing) event.target.blur(); back(); return; }
    if (writing || localStorage.getItem(OFF)) return;
    var place = /^[a-z]$/.test(event.key) && all('[data-key=' + event.key + ']').find(function (one) { return one.offsetParent; });
    if (!place && !deeds[event.key]) return;
    event.preventDefault();
    if (place) lead(place); else deeds[event.key]();
  }

  // Putting something into the answer: "/" a ready answer, "#" or Ctrl+K an article, "@" a service; letters look for it, Enter puts it in ---------
  var picker = find('#picker');
  if (picker) {
    var ask = find('#pick');
    var list = find('#pick-list');
    var kind = find('#pick-kind');
    var typed = ''; // the sign that opened it: it goes back into the answer when nothing is put in
    var chosen = -1;
    var answered = null; // the letters whose answer is shown
    var hurried = false; // Enter came before the answer: the first of it goes in when it is there

    var options = function () { return all('#pick-list [role=option]'); };
    var choose = function (at) {
      var rows = options();
      chosen = rows.length ? Math.max(0, Math.min(rows.length - 1, at)) : -1;
      rows.forEach(function (row, number) { row.setAttribute('aria-selected', number === chosen ? 'true' : 'false'); });
      if (chosen < 0) ask.removeAttribute('aria-activedescendant');
      else { ask.setAttribute('aria-activedescendant', rows[chosen].id); rows[chosen].scrollIntoView({ block: 'nearest' }); }
    };
    var open = function (what, sign) {
      var label = find('#picker-label');
      kind.value = what;
      label.textContent = label.dataset[what];
      typed = sign;
      ask.value = '';
      list.textContent = '';
      answered = null;
      hurried = false;
      choose(-1);
      picker.hidden = false;
      ask.focus();
      picker.scrollIntoView({ block: 'nearest' });
      htmx.trigger(ask, 'ask');
    };
    var close = function (gives) {
      picker.hidden = true;
      box.focus();
      if (gives) put(gives);
    };
    var put = function (text) {
      box.setRangeText(text, box.selectionStart, box.selectionEnd, 'end');
      box.dispatchEvent(new Event('input', { bubbles: true }));
    };
    var insert = function (row) {
      var before = box.value.slice(0, box.selectionStart);
      var after = box.value.slice(box.selectionEnd);
      var isArticle = row.dataset.version !== '0';
      var lead = isArticle && before.trim() ? before.replace(/[^\n]*$/, '') === before ? '\n' : '\n\n' : '';
      if (isArticle) inserted.value = inserted.value ? inserted.value + ',' + row.dataset.version : row.dataset.version;
      close(lead + row.dataset.text + (isArticle && after.trim() && after[0] !== '\n' ? '\n\n' : ''));
    };

    box.addEventListener('keydown', function (event) {
      if (event.isComposing || event.altKey) return;
      if (event.ctrlKey || event.metaKey) {
        if (event.key === 'k' || event.key === 'K') { event.preventDefault(); open('article', ''); }
        return;
      }
      var begins = /(^|\s)$/.test(box.value.slice(0, box.selectionStart)); // not inside "24/7" or "y/o"
      if (begins && event.key === '/') { event.preventDefault(); open('reply', '/'); }
      if (begins && event.key === '#') { event.preventDefault(); open('article', '#'); }
      if (begins && event.key === '@') { event.preventDefault(); open('service', '@'); }
    });
    ask.addEventListener('keydown', function (event) {
      if (event.isComposing) return;
      hurried = event.key === 'Enter' && ask.value !== answered;
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') { event.preventDefault(); choose(chosen + (event.key === 'ArrowDown' ? 1 : -1)); }
      else if (event.key === 'Enter') { event.preventDefault(); if (chosen >= 0 && !hurried) insert(options()[chosen]); }
      else if (event.key === 'Escape') { event.preventDefault(); event.stopPropagation(); close(typed && typed + ask.value); }
      else if (event.key === 'Backspace' && !ask.value) { event.preventDefault(); close(''); }
      else if (event.key === ' ' && !ask.value && typed) { event.preventDefault(); close(typed + ' '); }
    });
    ask.addEventListener('htmx:beforeRequest', function () { find('#picker-said').textContent = picker.dataset.asking; });
    list.addEventListener('click', function (event) {
      var row = event.target.closest('[role=option]');
      if (row) insert(row);
    });
    find('[data-picker-close]').addEventListener('click', function () { close(''); });
    all('[data-picks]').forEach(function (button) {
      button.hidden = false;
      button.addEventListener('click', function () { open(button.dataset.picks, ''); });
    });
    document.body.addEventListener('htmx:afterSwap', function (event) {
      if (event.target !== list || picker.hidden) return;
      answered = event.detail.requestConfig.parameters.q;
      choose(0);
      if (hurried && ask.value === answered && chosen >= 0) insert(options()[0]);
    });
  }

  // Beside the conversation: open where there is room for it
  var panel = find('#beside-panel');
  if (panel && window.matchMedia('(min-width: 75rem)').matches) panel.open = true;
  if (panel && location.hash === '#notes') { panel.open = true; find('#note').focus(); }

  if (talk) {
    toTheEnd(); // last of all: the rest of the page has its place now
    saw();
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

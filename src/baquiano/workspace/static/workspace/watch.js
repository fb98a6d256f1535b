/* Danger above every staff screen: what the worker hears is shown, said, sounded and shaken until somebody goes. The server decides; this only shows. */
(function () {
  'use strict';
  var box = document.getElementById('watch');
  if (!box || !window.Worker) return;
  var find = function (name) { return document.getElementById('watch-' + name); };
  var words = box.dataset;
  var answers = words.alerts === '1'; // may go to somebody; the others only learn that the clock stands still
  var LOST_AFTER = 10; // seconds: as long as the house waits before it calls this screen absent

  // Sound: a pattern of its own for each level, made here; no file -------------------------------------------------
  var BEEPS = { // [hertz, seconds] one after the other, and how often all of it is heard again
    P0: { notes: [[988, 0.16], [740, 0.16], [988, 0.16], [740, 0.16], [988, 0.3]], again: 3 },
    P1: { notes: [[880, 0.2], [659, 0.3]], again: 6 },
    P2: { notes: [[587, 0.25]], again: 30 },
    P3: { notes: [[523, 0.2]], again: 60 },
    test: { notes: [[523, 0.15], [659, 0.15], [784, 0.25]], again: 4 }
  };
  var audio = null;
  var sounded = 0;

  function speaker() {
    if (!audio && (window.AudioContext || window.webkitAudioContext)) {
      audio = new (window.AudioContext || window.webkitAudioContext)();
      audio.onstatechange = loudness;
    }
    return audio;
  }

  function isLoud() { return Boolean(audio) && audio.state === 'running'; }

  function loudness() {
    if (!answers) return;
    window.whenUp(function () { find('quiet').hidden = isLoud(); }); // the first touch makes it loud: the page does not move under it
    worker.postMessage({ sound: isLoud() });
  }

  function wake() { // after a gesture: before one, browsers keep every page quiet
    var out = speaker();
    if (!out || out.state === 'running') return Promise.resolve();
    return out.resume().then(loudness, function () {});
  }

  function beep(level) {
    if (!isLoud()) return;
    var at = audio.currentTime + 0.02;
    BEEPS[level].notes.forEach(function (note) {
      var tone = audio.createOscillator(), volume = audio.createGain();
      tone.type = 'triangle';
      tone.frequency.value = note[0];
      volume.gain.setValueAtTime(0.0001, at);
      volume.gain.exponentialRampToValueAtTime(0.5, at + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, at + note[1]);
      tone.connect(volume); volume.connect(audio.destination);
      tone.start(at); tone.stop(at + note[1] + 0.02);
      at += note[1] + 0.04;
    });
    box.dataset.beeps = Number(box.dataset.beeps || 0) + 1;
  }

  function shake(level) { // browsers allow it only to whoever has touched the page
    var touched = navigator.userActivation && navigator.userActivation.hasBeenActive;
    if (touched && navigator.vibrate) navigator.vibrate(level === 'P0' ? [400, 120, 400, 120, 400] : [250, 120, 250]);
  }

  function call(level) {
    var now = Date.now();
    if (now - sounded < BEEPS[level].again * 1000) return;
    sounded = now;
    beep(level);
    shake(level);
  }

  // What is shown ----------------------------------------------------------------------------------------------------
  var known = {}; // alert → its line
  var list = answers && find('alerts');
  var title = '';
  var icon = document.querySelector('link[rel=icon]');
  var plain = icon && icon.href;

  function spell(seconds) {
    if (seconds < 60) return words.now;
    if (seconds < 3600) return words.minutes.replace('{n}', Math.floor(seconds / 60));
    return words.hours.replace('{n}', Math.floor(seconds / 3600));
  }

  function line(alert) {
    var item = find('alert').content.firstElementChild.cloneNode(true);
    var level = box.querySelector('template[data-level=' + alert.level + ']');
    item.querySelector('[data-level]').appendChild(level.content.cloneNode(true));
    item.querySelector('[data-kind]').textContent = alert.kind;
    item.querySelector('form').action = words.go.replace('/0/', '/' + alert.id + '/');
    item.querySelector('[data-open]').href = alert.link;
    item.id = 'alarm-' + alert.id;
    return item;
  }

  function show(told) {
    var still = {};
    var news = [];
    told.alerts.forEach(function (alert, place) {
      var key = alert.id + alert.level; // one that became graver is said again
      still[key] = true;
      if (!known[key]) { known[key] = line(alert); news.push(alert); }
      var late = told.now > alert.due;
      known[key].querySelector('[data-since]').textContent = spell(told.now - alert.since) + (late ? ' · ' + words.late : '');
      if (list.children[place] !== known[key]) list.insertBefore(known[key], list.children[place] || null);
    });
    Object.keys(known).forEach(function (key) { if (!still[key]) go(known[key], key); });
    list.hidden = !told.alerts.length;
    find('more').hidden = !told.more;
    find('more-number').textContent = told.more || '';
    if (news.length) find('said').textContent = news.map(function (one) { return one.level + ' ' + one.kind; }).join('. ');
    if (!told.alerts.length) find('said').textContent = '';
    if (news.length) sounded = 0;
  }

  function go(item, key) { // somebody goes: the line leaves, and the focus does not fall off the page
    var had = item.contains(document.activeElement);
    item.remove();
    delete known[key];
    var next = had && (list.querySelector('button') || document.getElementById('main'));
    if (next) next.focus();
  }

  function mark(number) { // in the title and in the icon of the tab; other scripts write the title too
    var bare = document.title.indexOf(title) === 0 ? document.title.slice(title.length) : document.title;
    title = number ? '⚠ ' + number + ' · ' : '';
    if (document.title !== title + bare) document.title = title + bare;
    if (icon) icon.href = number ? words.icon : plain;
  }

  function test(told) {
    var waits = Boolean(told.test);
    var form = find('test');
    if (waits) form.action = words.test.replace('/0/', '/' + told.test + '/');
    if (waits && form.hidden && form.hasAttribute('data-takes-focus')) { form.hidden = false; form.querySelector('button').focus(); }
    form.hidden = !waits;
  }

  var newest = null;
  function hearWhenUp(told) { // what appears above the page pushes the rest of it down
    newest = told;
    window.whenUp(function () { if (newest === told) hear(told); });
  }

  function hear(told) {
    box.dataset.heard = told.now;
    find('lost').hidden = find('out').hidden = true;
    find('clock').hidden = told.ticking;
    if (!answers) return;
    show(told);
    test(told);
    mark(told.alerts.length + (told.more || 0));
    if (told.alerts.length) call(told.alerts[0].level);
    else if (told.test) call('test');
    else sounded = 0;
    awake(Boolean(told.shift && told.shift.begun));
    document.dispatchEvent(new CustomEvent('watched', { detail: told }));
  }

  function miss(seconds) {
    if (!answers || seconds < LOST_AFTER) return;
    find('lost').hidden = false;
    if (Object.keys(known).length) call('P1');
  }

  // The screen stays on during a shift -----------------------------------------------------------------------------
  var lock = null;
  var wants = false;

  function awake(should) {
    wants = should;
    if (!should) { if (lock) lock.release(); lock = null; said(''); return; }
    if (lock || document.hidden) return;
    if (!navigator.wakeLock) { said('cannot'); return; }
    navigator.wakeLock.request('screen').then(function (held) {
      if (!wants) { held.release(); return; }
      lock = held;
      said('held');
      held.addEventListener('release', function () { if (lock === held) lock = null; });
    }, function () { said('cannot'); });
  }

  function said(state) {
    document.querySelectorAll('[data-awake]').forEach(function (one) { one.hidden = one.dataset.awake !== state; });
  }

  // The worker -------------------------------------------------------------------------------------------------------
  var worker = new Worker(words.worker);
  worker.onmessage = function (event) {
    if (event.data.told) hearWhenUp(event.data.told);
    else if (event.data.out) find('out').hidden = !answers;
    else miss(event.data.silent);
  };
  worker.onerror = function () { if (answers) find('lost').hidden = false; };
  worker.postMessage({ ask: words.ask, every: Number(words.every), sound: false });

  document.addEventListener('visibilitychange', function () {
    if (document.hidden) return;
    worker.postMessage({ now: true });
    awake(wants);
  });

  if (!answers) return;
  speaker();
  loudness();
  ['pointerdown', 'keydown'].forEach(function (gesture) { document.addEventListener(gesture, wake, { passive: true }); });
  find('sound').addEventListener('click', function () { wake().then(function () { beep('test'); }); });

  // "Empezar turno": the beep is heard before the page goes on
  document.querySelectorAll('[data-begins-shift]').forEach(function (form) {
    form.addEventListener('submit', function (event) {
      if (form.dataset.sounded) return;
      event.preventDefault();
      form.dataset.sounded = '1';
      wake().then(function () { beep('test'); });
      setTimeout(function () { form.requestSubmit(); }, 700);
    });
  });

  // F8 leads to the alert: a key that writes nothing
  document.addEventListener('keydown', function (event) {
    if (event.key !== 'F8' || event.ctrlKey || event.metaKey || event.altKey) return;
    var button = (find('test').hidden ? null : find('test').querySelector('button')) || list.querySelector('button');
    if (list.querySelector('button')) button = list.querySelector('button');
    if (button) { event.preventDefault(); button.focus(); }
  });
})();

/* Asks for alerts every second or two, away from the page: browsers slow down the timers of a page that nobody looks at, not these. */
'use strict';
var PATIENCE = 5000; // milliseconds for one answer
var settings = null;
var hasSound = false;
var answered = Date.now();
var timer = null;
var isAsking = false;

self.onmessage = function (event) {
  var said = event.data;
  if ('sound' in said) hasSound = said.sound; // told with the next question
  if (said.ask) { settings = said; answered = Date.now(); }
  if (said.ask || said.now) ask();
};

function ask() {
  if (isAsking) return; // one question at a time, whoever wants it sooner
  isAsking = true;
  clearTimeout(timer);
  var began = Date.now();
  var stop = new AbortController();
  var tooLate = setTimeout(function () { stop.abort(); }, PATIENCE);
  fetch(settings.ask + (hasSound ? '?sound=1' : ''), { headers: { 'HX-Request': 'true' }, cache: 'no-store', signal: stop.signal })
    .then(function (answer) {
      if (answer.status === 401 || answer.status === 404) { self.postMessage({ out: true }); return null; }
      if (!answer.ok) throw new Error('not now');
      return answer.json();
    })
    .then(function (told) { if (told) { answered = Date.now(); self.postMessage({ told: told }); } })
    .catch(function () { self.postMessage({ silent: (Date.now() - answered) / 1000 }); })
    .then(function () {
      clearTimeout(tooLate);
      isAsking = false;
      timer = setTimeout(ask, Math.max(0, settings.every * 1000 - (Date.now() - began)));
    });
}

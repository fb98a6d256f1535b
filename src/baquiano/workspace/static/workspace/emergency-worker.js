/* Keeps one page, /workspace/emergency/copy/, with its style sheets: numbers and steps, nobody's name. Shown only when there is no connection. */
'use strict';
var KEPT = 'emergency';
var COPY = new URL('copy/', self.registration.scope).href;

self.addEventListener('install', function (event) {
  self.skipWaiting();
  event.waitUntil(keep());
});
self.addEventListener('activate', function (event) { event.waitUntil(self.clients.claim()); });

function keep() {
  return fetch(COPY, { credentials: 'same-origin', redirect: 'error', cache: 'no-store' }).then(function (page) {
    if (!page.ok) throw new Error('no copy');
    return page.clone().text().then(function (text) {
      var sheets = [], found, link = /<link rel="(?:stylesheet|icon)" href="([^"]+)"/g;
      while ((found = link.exec(text))) sheets.push(found[1]);
      return caches.open(KEPT).then(function (kept) {
        return Promise.all([kept.put(COPY, page), kept.addAll(sheets)]);
      }).then(onlySignedIn);
    });
  });
}

// Whoever signed out while the copy was being made has taken it away too early: it goes now
function onlySignedIn() {
  return fetch(COPY, { method: 'HEAD', credentials: 'same-origin', redirect: 'error', cache: 'no-store' }).catch(function () { return { ok: false }; })
    .then(function (still) { return still.ok ? true : caches.delete(KEPT); });
}

self.addEventListener('fetch', function (event) {
  if (event.request.method !== 'GET') return;
  if (event.request.mode === 'navigate') {
    event.respondWith(fetch(event.request).catch(function () { return caches.match(COPY).then(function (page) { return page || Response.error(); }); }));
    return;
  }
  event.respondWith(fetch(event.request).catch(function () {
    return caches.match(event.request).then(function (kept) { return kept || Response.error(); });
  }));
});

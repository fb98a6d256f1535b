/* A pin on a map that has no tiles: our own points, and nobody else's server. The two number fields are what is sent; without this
   script they are filled in by hand. */
(function () {
  'use strict';
  var box = document.querySelector('[data-pin]');
  var latitude = document.querySelector('[name=latitude]');
  var longitude = document.querySelector('[name=longitude]');
  if (!box || !latitude || !longitude || !window.L) return;
  var L = window.L;
  var said = document.querySelector('[data-pin-said]');
  var keys = document.querySelector('[data-pin-keys]');
  var points = JSON.parse(box.dataset.points);
  box.hidden = false;
  keys.hidden = false;

  var map = L.map(box, { attributionControl: false, zoomControl: true, scrollWheelZoom: false, zoomAnimation: false, fadeAnimation: false, minZoom: 3, maxZoom: 18 });
  box.setAttribute('role', 'application');
  box.setAttribute('aria-label', box.dataset.wordMap);
  L.control.scale({ imperial: false }).addTo(map);

  var own = null;
  points.forEach(function (point) {
    var dot = L.circleMarker([point[0], point[1]], { radius: point[3] ? 6 : 3, weight: 1, fillOpacity: 0.8, interactive: false, className: point[3] ? 'pin-map__own' : '' });
    dot.bindTooltip(point[2], { permanent: point[3] || points.length < 40, direction: 'right', offset: [6, 0] }).addTo(map);
    if (point[3]) own = point;
  });

  var pin = null;
  function number(field) {
    var value = parseFloat(field.value.replace(',', '.'));
    return isFinite(value) ? value : null;
  }
  function inside(lat, lon) { return lat !== null && lon !== null && Math.abs(lat) <= 90 && Math.abs(lon) <= 180; }

  function draw(where) {
    if (!pin) {
      pin = L.marker(where, {
        draggable: true, autoPan: true, keyboard: true, title: box.dataset.wordPin, alt: box.dataset.wordPin,
        icon: L.divIcon({ className: 'pin-map__pin', iconSize: [24, 24], iconAnchor: [1, 23] })
      }).addTo(map);
      pin.on('dragend', function () { write(pin.getLatLng()); });
    }
    pin.setLatLng(where);
  }

  function write(where) {
    latitude.value = where.lat.toFixed(5);
    longitude.value = where.lng.toFixed(5);
    draw(where);
    said.textContent = said.dataset.wordSet + ' ' + latitude.value + ', ' + longitude.value;
  }

  function erase() {
    latitude.value = '';
    longitude.value = '';
    if (pin) { map.removeLayer(pin); pin = null; }
    said.textContent = said.dataset.wordGone;
  }

  function read() {
    var lat = number(latitude), lon = number(longitude);
    if (inside(lat, lon)) { draw(L.latLng(lat, lon)); map.panTo([lat, lon], { animate: false }); }
    else if (pin) { map.removeLayer(pin); pin = null; }
  }

  var lat = number(latitude), lon = number(longitude);
  if (inside(lat, lon)) { map.setView([lat, lon], 13); draw(L.latLng(lat, lon)); }
  else if (own) map.setView([own[0], own[1]], 11);
  else map.fitBounds(L.latLngBounds(points.map(function (point) { return [point[0], point[1]]; })));

  map.on('click', function (event) { write(event.latlng); });
  document.querySelector('[data-pin-here]').addEventListener('click', function () { write(map.getCenter()); });
  document.querySelector('[data-pin-gone]').addEventListener('click', erase);
  [latitude, longitude].forEach(function (field) { field.addEventListener('change', read); });
})();

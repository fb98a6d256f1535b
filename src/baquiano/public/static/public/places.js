/* Places: where somebody is, asked only when they press and rounded before it is sent; and the map, fetched only when it is opened. */
(function () {
  "use strict";
  var page = document, form = page.getElementById("look"), here = page.getElementById("here"), told = page.getElementById("here-told");

  if (form && here && navigator.geolocation && window.isSecureContext) {
    var fields = form.elements;
    here.hidden = false;
    window.addEventListener("pageshow", function () { here.disabled = false; told.textContent = ""; });
    here.addEventListener("click", function () {
      here.disabled = true;
      told.textContent = here.getAttribute("data-wait");
      navigator.geolocation.getCurrentPosition(function (found) {
        fields.lat.value = found.coords.latitude.toFixed(2); /* about a kilometre: the street stays on the phone */
        fields.lon.value = found.coords.longitude.toFixed(2);
        fields.where.value = fields.place.value = "";
        form.submit();
      }, function () {
        here.disabled = false;
        told.textContent = here.getAttribute("data-no");
        fields.where.focus();
      }, { maximumAge: 6e5, timeout: 15e3 });
    });
  }

  var button = page.getElementById("map-open"), sheet = page.getElementById("map"), data = page.getElementById("map-data");
  if (!button || !data) { return; }
  button.hidden = false;
  button.addEventListener("click", function () {
    var opens = sheet.hidden;
    sheet.hidden = !opens;
    button.setAttribute("aria-expanded", opens);
    if (!opens || sheet.getAttribute("data-asked")) { return; }
    sheet.setAttribute("data-asked", "1");
    var style = page.createElement("link"), script = page.createElement("script");
    style.rel = "stylesheet";
    style.href = button.getAttribute("data-style");
    script.src = button.getAttribute("data-script");
    script.onload = draw;
    page.head.insertBefore(style, page.head.firstChild);
    page.head.appendChild(script);
  });

  function draw() {
    var L = window.L, seen = JSON.parse(data.textContent), names = [];
    var ends = seen.points.map(function (point) { return point.at; }).concat(seen.here ? [seen.here] : []);
    var map = L.map(sheet.firstElementChild, { attributionControl: false, zoomControl: false, zoomSnap: 0.5, minZoom: 4, maxZoom: 16, scrollWheelZoom: false });
    map.fitBounds(L.latLngBounds(ends).pad(0.2), { maxZoom: 13, animate: false });
    function mark(at, kind, text, more) {
      var icon = L.divIcon({ className: "map-" + kind, html: page.createElement("span"), iconSize: null, popupAnchor: [0, -20] });
      icon.options.html.textContent = text;
      return L.marker(at, Object.assign({ icon: icon, interactive: false, keyboard: false }, more)).addTo(map);
    }
    map.on("popupopen", function (opened) {
      opened.popup.getElement().querySelector(".leaflet-popup-close-button").setAttribute("aria-label", sheet.getAttribute("data-close"));
    });
    seen.points.forEach(function (point) {
      var popup = page.createElement("div"), link = page.createElement("a"), line = page.createElement("p");
      link.textContent = point.name;
      link.href = "#" + point.to;
      line.textContent = point.line;
      popup.appendChild(link);
      popup.appendChild(line);
      var pin = mark(point.at, point.vague ? "pin map-pin--vague" : "pin", point.number, { interactive: true, keyboard: true, riseOnHover: true });
      pin.getElement().setAttribute("aria-label", point.number + ". " + point.name + ". " + point.line);
      pin.bindPopup(popup, { maxWidth: 240 });
      link.addEventListener("click", function () { var there = page.getElementById(point.to); if (there) { there.focus(); } });
    });
    if (seen.here) {
      if (seen.somebody) { mark(seen.here, "here", ""); }
      var reach = Math.max.apply(null, seen.points.map(function (point) { return map.distance(seen.here, point.at); }));
      [1, 2, 5, 10, 20, 50, 100].filter(function (km) { return km * 1e3 < Math.max(reach * 1.4, 1100); }).slice(-3).forEach(function (km) {
        L.circle(seen.here, { radius: km * 1e3, className: "map-ring", interactive: false }).addTo(map);
        mark([seen.here[0] + km / 111.2, seen.here[1]], "km", km + " km");
      });
    }
    seen.names.forEach(function (name) { names.push(mark([name[1], name[2]], "name", name[0], { zIndexOffset: -500 })); });
    L.control.scale({ imperial: false }).addTo(map);
    L.control.zoom({ position: "bottomright", zoomInTitle: sheet.getAttribute("data-in"), zoomOutTitle: sheet.getAttribute("data-out") }).addTo(map); /* what a mark says opens upwards */
    function thin() { /* a name that would lie on another one waits until there is room */
      var kept = [];
      names.forEach(function (name) {
        var at = map.latLngToLayerPoint(name.getLatLng()), drawn = name.getElement();
        drawn.hidden = false;
        at.half = drawn.firstChild.offsetWidth / 2 + 4;
        drawn.hidden = kept.some(function (other) { return Math.abs(other.x - at.x) < other.half + at.half && Math.abs(other.y - at.y) < 18; });
        if (!drawn.hidden) { kept.push(at); }
      });
    }
    map.on("zoomend", thin);
    thin();
    sheet.setAttribute("data-drawn", "1");
  }
})();

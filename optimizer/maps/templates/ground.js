// The ground that every page's map is drawn on. Geometry comes from the paths of the still picture.
function groundOf(map, day) {
  'use strict';
  var plane = day.plane;
  // Tiles of some makers are shifted: what we draw is shifted alike, what we record is not.
  function latLng(lon, lat) {
    var s = day.shift;
    if (!s) return L.latLng(lat, lon);
    var u = cell((lon - s.west) / (s.east - s.west)), v = cell((lat - s.south) / (s.north - s.south));
    function cell(share) {
      var at = share * (s.side - 1), first = Math.max(0, Math.min(s.side - 2, Math.floor(at)));
      return { first: first, rest: at - first };
    }
    function mix(c) {
      var at = v.first * s.side + u.first, over = at + s.side;
      return (c[at] * (1 - u.rest) + c[at + 1] * u.rest) * (1 - v.rest) +
        (c[over] * (1 - u.rest) + c[over + 1] * u.rest) * v.rest;
    }
    return L.latLng(lat + mix(s.lat), lon + mix(s.lon));
  }
  // The still picture's paths are the map's lines: whole units, each point relative to the last.
  function lines(name) {
    var path = document.getElementById(name), found = [];
    path.getAttribute('d').split('M').slice(1).forEach(function (piece) {
      var numbers = piece.match(/-?\d+/g).map(Number), x = 0, y = 0, line = [];
      for (var i = 0; i < numbers.length; i += 2) {
        x += numbers[i]; y += numbers[i + 1];
        line.push(latLng(plane.lon + x * plane.east, plane.lat - y * plane.south));
      }
      found.push(line);
    });
    return found;
  }
  function draw(data, look, into, colour) {
    if (!data.length) return;
    L.polyline(data, { className: look, interactive: false, smoothFactor: 0.3,
      color: colour || undefined }).addTo(into || map);
  }
  function drawRoads() {
    var roads = [0, 1, 2, 3].map(function (rank) { return lines('road' + rank); });
    draw(roads[3], 'r3'); draw(roads[2], 'r2');
    draw(roads[1], 'r1e'); draw(roads[0], 'r0e'); draw(roads[1], 'r1'); draw(roads[0], 'r0');
  }
  function mark(lon, lat, look, text, size, above, act, into) {
    var node = document.createElement('div');
    node.className = look;
    node.textContent = text;
    node.style.width = size[0] + 'px';
    node.style.height = size[1] + 'px';
    var marker = L.marker(latLng(lon, lat), {
      icon: L.divIcon({ className: '', iconSize: size, html: node }),
      interactive: !!act, keyboard: false, zIndexOffset: above }).addTo(into || map);
    if (act) marker.on('click', act);
    return { node: node, marker: marker };
  }
  function placeNames() {
    return day.places.map(function (place) {
      var name = mark(place.lon, place.lat, 'place p' + place.rank, place.name, [120, 18], -2000);
      name.width = 16 * place.name.length;
      return name;
    });
  }
  // Keeps a list of boxes on the screen and says of each new one whether it still has room. The
  // scale has its own from the start.
  function boxes() {
    var corner = map.containerPointToLayerPoint([0, map.getSize().y]);
    var width = scale.getContainer().offsetWidth + 10;
    var taken = [{ x: corner.x + width / 2, y: corner.y - 15, w: width, h: 30 }];
    return function (marker, w, h) {
      var at = map.latLngToLayerPoint(marker.getLatLng());
      var fits = taken.every(function (b) {
        return Math.abs(b.x - at.x) > (b.w + w) / 2 || Math.abs(b.y - at.y) > (b.h + h) / 2;
      });
      if (fits) taken.push({ x: at.x, y: at.y, w: w, h: h });
      return fits;
    };
  }
  function dress() {
    var wanted = null;
    try { wanted = localStorage.getItem('zoufang/night'); } catch (error) { /* as the phone */ }
    var dark = window.matchMedia && matchMedia('(prefers-color-scheme: dark)').matches;
    document.documentElement.classList.toggle('night', wanted === null ? dark : wanted === '1');
  }

  dress();
  var stage = document.getElementById('stage');
  stage.insertBefore(map.getContainer(), stage.firstChild);
  map.invalidateSize();
  map.attributionControl.setPrefix(false);
  if (day.credit) map.attributionControl.addAttribution(day.credit);
  var scale = L.control.scale({ imperial: false, position: 'bottomleft' }).addTo(map);
  drawRoads();
  return {
    latLng: latLng, lines: lines, draw: draw, mark: mark, boxes: boxes, names: placeNames(),
    bounds: L.latLngBounds(day.view.map(function (p) { return latLng(p[0], p[1]); })),
    home: mark(day.home.lon, day.home.lat, 'home', day.words.station_mark, [30, 30], 1000)
  };
}

// A station's map in layers: each can be switched off, a tap on its name shows it alone and large.
function startLayers(map) {
  'use strict';
  var day = JSON.parse(document.getElementById('day').textContent);
  var ground = groundOf(map, day), pins = [];

  function make(tag, look, text) {
    var node = document.createElement(tag);
    if (look) node.className = look;
    if (text !== undefined) node.textContent = text;
    return node;
  }
  function about(title, text) {
    var node = make('div');
    node.appendChild(make('b', '', title));
    node.appendChild(make('div', '', text));
    return node;
  }
  function build(layer) {
    var group = L.featureGroup(), way = layer.path ? ground.lines(layer.path) : [];
    if (way.length) {
      ground.draw(way, 'lege', group);
      L.polyline(way, { color: layer.colour, weight: 4, smoothFactor: 0.3 })
        .bindPopup(function () { return about(layer.label, layer.more); }).addTo(group);
    }
    layer.areas.forEach(function (area) {
      L.polygon(area.ring.map(function (p) { return ground.latLng(p[0], p[1]); }), {
        color: layer.colour, weight: 1.5, fillColor: layer.colour, fillOpacity: .38 })
        .bindPopup(function () { return about(area.title, area.text); }).addTo(group);
    });
    layer.stops.forEach(function (stop) {
      var pin = ground.mark(stop.lon, stop.lat, 'pin', String(stop.row), [26, 26], -stop.row,
        function () {}, group);
      pin.node.style.setProperty('--kind', layer.colour);
      pin.marker.bindPopup(function () { return about(stop.title, stop.text); });
      pin.group = group;
      pins.push(pin);
    });
    return group;
  }
  function declutter() {
    var free = ground.boxes();
    free(ground.home.marker, 32, 32);
    pins.forEach(function (pin) {
      if (!map.hasLayer(pin.group)) return;
      var fits = free(pin.marker, 24, 24), size = fits ? 26 : 11;
      pin.node.classList.toggle('far', !fits);
      pin.marker.setZIndexOffset(fits ? 0 : -5000);
      pin.node.style.width = pin.node.style.height = size + 'px';
      pin.node.style.marginLeft = pin.node.style.marginTop = (26 - size) / 2 + 'px';
    });
    ground.names.forEach(function (name) {
      name.node.style.visibility = free(name.marker, name.width, 18) ? 'visible' : 'hidden';
    });
  }

  var list = document.getElementById('list'), alone = null;
  var rows = day.layers.map(function (layer) {
    var group = build(layer).addTo(map), node = make('div', 'layer');
    var swatch = make('button', 'swatch'), name = make('button', 'about');
    var row = { group: group, node: node, on: true };
    node.style.setProperty('--kind', layer.colour);
    swatch.type = name.type = 'button';
    swatch.setAttribute('aria-label', layer.label);
    swatch.appendChild(make('i'));
    name.appendChild(make('b', '', layer.label));
    name.appendChild(make('span', '', layer.detail));
    name.appendChild(make('span', 'soft', layer.more));
    swatch.addEventListener('click', function () { turn(row, !row.on); declutter(); });
    name.addEventListener('click', function () { only(alone === row ? null : row); });
    node.appendChild(swatch);
    node.appendChild(name);
    list.appendChild(node);
    return row;
  });
  function turn(row, on) {
    row.on = on;
    row.node.classList.toggle('off', !on);
    if (on) row.group.addTo(map); else row.group.remove();
  }
  function only(row) {
    alone = row;
    rows.forEach(function (other) {
      turn(other, !row || other === row);
      other.node.classList.toggle('open', other === row);
    });
    show(row ? row.group.getBounds() : everything());
  }
  function everything() {
    var all = L.latLngBounds(ground.bounds.getSouthWest(), ground.bounds.getNorthEast());
    rows.forEach(function (row) {
      var bounds = row.group.getBounds();
      if (bounds.isValid()) all.extend(bounds);
    });
    return all;
  }
  function show(bounds) {
    if (bounds.isValid()) map.fitBounds(bounds, { padding: [26, 26], animate: false });
    declutter();
  }
  L.control.zoom({ position: 'topright' }).addTo(map);
  map.on('zoomend moveend', declutter);
  show(everything());
}

// A crew's day on a phone: the map, the list, the records. Nothing is fetched, everything is kept.
function startDay(map) {
  'use strict';
  var day = JSON.parse(document.getElementById('day').textContent);
  var words = day.words, stops = day.stops;
  var ground = groundOf(map, day), latLng = ground.latLng, mark = ground.mark;
  var NS = 'http://www.w3.org/2000/svg';

  // ---- small things ---------------------------------------------------------------------------
  function make(tag, look, text) {
    var node = document.createElement(tag);
    if (look) node.className = look;
    if (text !== undefined) node.textContent = text;
    for (var i = 3; i < arguments.length; i++) if (arguments[i]) node.appendChild(arguments[i]);
    return node;
  }
  function button(look, text, act) {
    var node = make('button', look, text);
    node.type = 'button';
    node.addEventListener('click', act);
    return node;
  }
  function link(look, text, href) {
    var node = make('a', 'button ' + look, text);
    node.href = href;
    return node;
  }
  function icon(path) {
    var svg = document.createElementNS(NS, 'svg'), line = document.createElementNS(NS, 'path');
    svg.setAttribute('viewBox', '0 0 24 24');
    line.setAttribute('d', path);
    svg.appendChild(line);
    return svg;
  }
  function say(name, values) {
    return words[name].replace(/\{(\w+)\}/g, function (_, key) { return values[key]; });
  }
  function pad(number) { return (number < 10 ? '0' : '') + number; }
  function now() {
    var t = new Date(), zone = -t.getTimezoneOffset(), away = Math.abs(zone);
    return t.getFullYear() + '-' + pad(t.getMonth() + 1) + '-' + pad(t.getDate()) + 'T' +
      pad(t.getHours()) + ':' + pad(t.getMinutes()) + ':' + pad(t.getSeconds()) +
      (zone < 0 ? '-' : '+') + pad(Math.floor(away / 60)) + ':' + pad(away % 60);
  }
  // Some browsers forget what a page keeps when it has not been opened for a week.
  var KEPT_DAYS = 7;
  function inDays(days) {
    var t = new Date(Date.now() + days * 86400000);
    return t.getFullYear() + '-' + pad(t.getMonth() + 1) + '-' + pad(t.getDate());
  }
  function freshId() {
    var bytes = new Uint8Array(9), text = '';
    if (window.crypto && crypto.getRandomValues) crypto.getRandomValues(bytes);
    else for (var i = 0; i < 9; i++) bytes[i] = Math.random() * 256;
    bytes.forEach(function (b) { text += ('0' + b.toString(16)).slice(-2); });
    return day.crew + '-' + day.date + '-' + text;
  }

  // ---- memory: every tap is written down before anything else happens -------------------------
  var KEY = 'zoufang/' + day.station + '/' + day.date + '/' + day.crew;
  var memory = { records: [], drafts: {}, sent: [], receipts: {} };
  var keeps = true;
  function recall() {
    var text = null;
    try { text = localStorage.getItem(KEY); } catch (error) { keeps = false; }
    if (!keeps) text = decodeURIComponent(location.hash.slice(1)) || null;
    try { if (text) memory = JSON.parse(text); } catch (error) { /* begin anew */ }
    memory.receipts = memory.receipts || {};
  }
  function remember() {
    var text = JSON.stringify(memory);
    try {
      if (keeps) localStorage.setItem(KEY, text);
    } catch (error) { keeps = false; }
    // Where a page may not keep anything, its own address does.
    if (!keeps) location.replace('#' + encodeURIComponent(text));
    document.getElementById('unkept').hidden = keeps;
  }
  recall();
  try {
    localStorage.setItem(KEY + '/try', '1');
    localStorage.removeItem(KEY + '/try');
  } catch (error) { keeps = false; }

  // The record that counts for a visit: the last one that no other has undone.
  function undone() {
    var gone = {};
    memory.records.forEach(function (record) { if (record.undoes) gone[record.undoes] = true; });
    return gone;
  }
  function recordOf(stop) {
    var gone = undone(), found = null;
    memory.records.forEach(function (record) {
      if (record.visit_id === stop.id && record.result && !gone[record.id]) found = record;
    });
    return found;
  }
  function draftOf(stop) {
    var last = recordOf(stop);
    return memory.drafts[stop.id] || {
      findings: last ? last.findings : [], opinion: last ? last.opinion : '',
      repaired: last ? last.repaired : {} };
  }
  function keepDraft(stop, change) {
    var draft = JSON.parse(JSON.stringify(draftOf(stop)));
    change(draft);
    memory.drafts[stop.id] = draft;
    remember();
  }
  // After a tap the next stop stands where the last one stood: a second tap of the same thumb is
  // not meant for it.
  var lastTap = 0;
  function record(stop, result) {
    if (Date.now() - lastTap < 500) return;
    lastTap = Date.now();
    recall();
    var before = recordOf(stop), draft = draftOf(stop), here = freshPosition();
    memory.records.push({
      id: freshId(), account_no: stop.account, visit_id: stop.id, row: stop.row, kind: stop.kind,
      result: result, at: now(), lon: here ? here.lon : null, lat: here ? here.lat : null,
      findings: draft.findings, opinion: draft.opinion, repaired: draft.repaired,
      undoes: before ? before.id : null });
    delete memory.drafts[stop.id];
    remember();
    if (navigator.vibrate) navigator.vibrate(30);
    openStop = nextStop();
    show();
    list.scrollTop = 0;
    if (view) look(nearby);
    else if (openStop && openStop.lon !== null) {
      map.panInside(latLng(openStop.lon, openStop.lat), room());
    }
    toast(stop.row + '  ' + words['result_' + result], function () { undo(stop); });
    deliverSoon();
  }
  function undo(stop) {
    recall();
    var last = recordOf(stop);
    if (!last) return;
    if (memory.sent.indexOf(last.id) < 0) {
      memory.records = memory.records.filter(function (r) { return r.id !== last.id; });
    } else {
      memory.records.push({
        id: freshId(), account_no: stop.account, visit_id: stop.id, row: stop.row, kind: stop.kind,
        result: '', at: now(), lon: null, lat: null, findings: [], opinion: '', repaired: {},
        undoes: last.id });
    }
    memory.drafts[stop.id] = {
      findings: last.findings, opinion: last.opinion, repaired: last.repaired };
    remember();
    openStop = stop;
    show();
    toast(say('undone', { row: stop.row }));
    deliverSoon();
  }
  window.addEventListener('storage', function (event) {
    if (event.key === KEY) { recall(); show(); }
  });

  // ---- the list -------------------------------------------------------------------------------
  var list = document.getElementById('list'), openStop = null, detailed = null;
  function isCalled(stop) { return recordOf(stop) !== null; }
  function isVisited(stop) { return isCalled(stop) && recordOf(stop).result === 'done'; }
  function nextStop() {
    return stops.filter(function (stop) { return !isCalled(stop); })[0] || null;
  }
  function show() {
    var left = stops.filter(function (stop) { return !isCalled(stop); });
    var called = stops.filter(isCalled), visited = stops.filter(isVisited).length;
    list.textContent = '';
    var rested = !day.rest;
    left.forEach(function (stop) {
      if (!rested && stop.row > day.rest.after) {
        list.appendChild(make('p', 'rest', day.rest.text));
        rested = true;
      }
      list.appendChild(card(stop));
    });
    if (!left.length) list.appendChild(make('p', 'rest', say('all_done', { time: day.end })));
    if (called.length) {
      list.appendChild(make('p', 'group', say('done_count', {
        count: called.length, visited: visited })));
      called.forEach(function (stop) { list.appendChild(card(stop)); });
    }
    document.getElementById('count').textContent = say('hand_in', {
      done: called.length, all: stops.length });
    document.getElementById('bar').style.width = 100 * called.length / stops.length + '%';
    document.getElementById('unkept').hidden = keeps;
    showPins();
  }
  function card(stop) {
    var last = recordOf(stop), isOpen = stop === openStop;
    var node = make('article', 'stop' + (last ? ' was' : '') + (isOpen ? ' open' : ''));
    node.id = 'stop-' + stop.row;
    node.style.setProperty('--kind', 'var(--' + stop.kind + ')');
    var name = make('div', 'name', stop.name);
    if (stop.kind !== 'first') name.appendChild(make('span', 'kind', words['kind_' + stop.kind]));
    var who = make('div', 'who', undefined, name);
    if (last) who.appendChild(make('div', 'where outcome', outcome(last)));
    if (!last || isOpen) who.appendChild(make('div', 'where', stop.address));
    var head = button('head', undefined, function () { choose(isOpen ? null : stop, false); });
    head.appendChild(make('span', 'no', String(stop.row)));
    head.appendChild(who);
    head.appendChild(make('span', 'when', last ? last.at.slice(11, 16) : stop.time));
    head.setAttribute('aria-expanded', String(isOpen));
    node.appendChild(head);
    if (isOpen) node.appendChild(body(stop, last));
    return node;
  }
  function outcome(last) {
    var parts = [words['result_' + last.result]];
    last.findings.forEach(function (f) {
      parts.push(words['finding_' + f.category] + (f.repaired ? ' ✓' : ''));
    });
    if (last.opinion) parts.push(last.opinion);
    return parts.join(' · ');
  }
  function body(stop, last) {
    var node = make('div', 'body');
    if (stop.why || stop.check || stop.account) {
      var task = make('div', 'task');
      if (stop.why) task.appendChild(labelled(words.why, stop.why));
      if (stop.check) task.appendChild(labelled(words.check, stop.check));
      task.appendChild(labelled(words.account, stop.account));
      node.appendChild(task);
    }
    if (stop.phone) {
      var call = make('div', 'row', undefined);
      if (stop.dial.length !== 1) call.appendChild(make('div', '', stop.phone));
      stop.dial.forEach(function (number) {
        call.appendChild(link('call', '☎ ' + number.text, number.link));
      });
      node.appendChild(call);
    }
    if (stop.links) {
      var ride = make('div', 'row ride', undefined, make('span', 'label', words.navigate));
      ['amap', 'baidu', 'tencent', 'geo'].forEach(function (app) {
        ride.appendChild(link('', words['app_' + app], stop.links[app]));
      });
      node.appendChild(ride);
    } else {
      node.appendChild(make('p', 'small', words.no_place));
    }
    var quick = make('div', 'row quick', undefined,
      button('no-one', words.result_nobody_home, function () { record(stop, 'nobody_home'); }),
      button('yes', words.result_done, function () { record(stop, 'done'); }));
    node.appendChild(quick);
    var more = make('div', 'row more');
    ['refused', 'moved', 'demolished', 'other'].forEach(function (result) {
      more.appendChild(button('', words['result_' + result], function () { record(stop, result); }));
    });
    node.appendChild(more);
    if (last) {
      node.appendChild(make('div', 'row', undefined,
        button('', words.undo, function () { undo(stop); })));
    }
    if (detailed === stop) node.appendChild(details(stop));
    else {
      node.appendChild(make('div', 'row', undefined, button('', words.details, function () {
        detailed = stop;
        show();
      })));
    }
    return node;
  }
  function labelled(label, text) {
    return make('div', '', undefined, make('b', '', label), make('span', '', text));
  }
  function details(stop) {
    var node = make('div', 'details'), draft = draftOf(stop);
    node.appendChild(make('p', 'small', words.findings));
    var chips = make('div', 'chips'), shots = make('div', 'shots');
    day.categories.forEach(function (category) {
      var chip = button('', '', function () {
        keepDraft(stop, function (draft) { turn(draft, category); });
        if (!isFound(stop, category)) photographs.forget(stop.id, category);
        look();
        showShots(stop, shots);
      });
      function look() {
        var found = draftOf(stop).findings.filter(function (f) { return f.category === category; })[0];
        chip.className = !found ? '' : found.repaired ? 'fixed' : 'found';
        chip.textContent = words['finding_' + category] + (found && found.repaired ? ' ✓' : '');
        chip.setAttribute('aria-pressed', String(!!found));
      }
      look();
      chips.appendChild(chip);
    });
    node.appendChild(chips);
    node.appendChild(shots);
    showShots(stop, shots);
    node.appendChild(make('p', 'small', words.repaired));
    var pieces = make('div', 'pieces');
    day.pieces.forEach(function (piece) { pieces.appendChild(counter(stop, piece)); });
    node.appendChild(pieces);
    node.appendChild(make('p', 'small', words.opinion));
    var text = make('textarea');
    text.value = draft.opinion;
    text.placeholder = words.opinion_hint;
    text.setAttribute('aria-label', words.opinion);
    text.maxLength = 500;
    text.addEventListener('input', function () {
      keepDraft(stop, function (draft) { draft.opinion = text.value; });
    });
    node.appendChild(text);
    node.appendChild(make('p', 'small', recordOf(stop) ? words.save_again : words.save_hint));
    return node;
  }
  function isFound(stop, category) {
    return draftOf(stop).findings.some(function (f) { return f.category === category; });
  }
  // Under each finding its photographs; only a page that hands in by itself can take them along.
  function showShots(stop, shots) {
    shots.textContent = '';
    shots.dataset.stop = stop.row;
    if (!server) return;
    draftOf(stop).findings.forEach(function (f) {
      var line = make('div', 'shot'), some = photographs.of(stop.id, f.category);
      line.appendChild(make('span', 'what', words['finding_' + f.category]));
      some.forEach(function (one) { line.appendChild(shotOf(one)); });
      if (some.length < photographs.most) line.appendChild(camera(stop, f.category));
      shots.appendChild(line);
    });
  }
  function shotOf(one) {
    if (!one.bytes) return make('span', 'sent', '✓');
    var box = make('span', 'picture'), picture = make('img');
    picture.alt = words['finding_' + one.category];
    picture.onload = function () { URL.revokeObjectURL(picture.src); };
    picture.src = photographs.picture(one);
    box.appendChild(picture);
    var away = button('', '✕', function () { photographs.remove(one); });
    away.setAttribute('aria-label', words.photograph_away);
    box.appendChild(away);
    return box;
  }
  function camera(stop, category) {
    var label = make('label', 'camera', words.photograph), input = make('input');
    input.type = 'file';
    input.accept = 'image/*';
    input.setAttribute('capture', 'environment');
    input.addEventListener('change', function () {
      var file = input.files[0];
      if (!file) return;
      photographs.take(stop, category, freshId(), file, function () {
        toast(words.photograph_failed);
      });
      input.value = '';
    });
    label.appendChild(input);
    return label;
  }
  // Not there → found → found and repaired → not there.
  function turn(draft, category) {
    var found = draft.findings.filter(function (f) { return f.category === category; })[0];
    if (!found) draft.findings.push({ category: category, repaired: false, note: '' });
    else if (!found.repaired) found.repaired = true;
    else draft.findings.splice(draft.findings.indexOf(found), 1);
  }
  function counter(stop, piece) {
    var shown = make('output', '', '');
    function add(step) {
      keepDraft(stop, function (draft) {
        draft.repaired[piece] = Math.max(0, (draft.repaired[piece] || 0) + step);
      });
      look();
    }
    function look() { shown.textContent = String(draftOf(stop).repaired[piece] || 0); }
    look();
    var less = button('', '−', function () { add(-1); }), more = button('', '+', function () { add(1); });
    less.setAttribute('aria-label', words['piece_' + piece] + ' −');
    more.setAttribute('aria-label', words['piece_' + piece] + ' +');
    return make('div', 'piece', undefined, make('span', 'what', words['piece_' + piece]),
      less, shown, more);
  }
  function choose(stop, fromMap) {
    openStop = stop;
    detailed = null;
    show();
    if (!stop) return;
    var node = document.getElementById('stop-' + stop.row);
    if (fromMap) list.scrollTop = node.offsetTop - list.offsetTop - 6;
    if (!fromMap && stop.lon !== null) {
      view = null;
      map.setView(latLng(stop.lon, stop.lat), Math.max(map.getZoom(), 16), { animate: false });
    }
  }

  // ---- the map --------------------------------------------------------------------------------
  var pins = [], arrows = [], names = ground.names;
  function showPins() {
    var current = openStop || nextStop();
    pins.forEach(function (pin) { pin.marker.remove(); });
    pins = stops.filter(function (stop) { return stop.lon !== null; }).map(function (stop) {
      var isNow = stop === current, was = isCalled(stop), size = isNow ? 40 : 31;
      var pin = mark(stop.lon, stop.lat, 'pin' + (was ? ' was' : '') + (isNow ? ' now' : ''),
        String(stop.row), [size, size], 0,
        function () { choose(stop, true); });
      pin.node.style.setProperty('--kind', 'var(--' + stop.kind + ')');
      pin.stop = stop; pin.size = size; pin.rank = isNow ? 0 : was ? 2 : 1;
      pin.above = isNow ? 4000 : was ? 0 : 2000 - stop.row;
      return pin;
    });
    pins.sort(function (a, b) { return a.rank - b.rank || a.stop.row - b.stop.row; });
    declutter();
  }
  // Numbers that have room are shown, the others become dots until the map is drawn larger.
  function declutter() {
    var free = ground.boxes();
    free(ground.home.marker, 32, 32);
    pins.forEach(function (pin) {
      var fits = free(pin.marker, pin.size * .86, pin.size * .86) || pin.rank === 0;
      var size = fits ? pin.size : 14;
      pin.node.classList.toggle('far', !fits);
      pin.marker.setZIndexOffset(fits ? pin.above : -500);
      pin.node.style.width = pin.node.style.height = size + 'px';
      pin.node.style.marginLeft = pin.node.style.marginTop = (pin.size - size) / 2 + 'px';
    });
    names.forEach(function (name) {
      var fits = free(name.marker, name.width, 18);
      name.node.style.visibility = fits ? 'visible' : 'hidden';
    });
  }
  function drawArrows(legs) {
    arrows.forEach(function (arrow) { arrow.marker.remove(); });
    arrows = [];
    var since = 60, seen = map.getBounds().pad(0.1);
    legs.forEach(function (leg) {
      for (var i = 1; i < leg.length; i++) {
        var a = map.latLngToLayerPoint(leg[i - 1]), b = map.latLngToLayerPoint(leg[i]);
        var dx = b.x - a.x, dy = b.y - a.y, length = Math.sqrt(dx * dx + dy * dy);
        if (length === 0) continue;
        for (var along = 110 - since; along < length; along += 110) {
          var at = map.layerPointToLatLng([
          a.x + (dx * along - dy * 4) / length, a.y + (dy * along + dx * 4) / length]);
          if (seen.contains(at) && arrows.length < 60) arrows.push(arrow(at, Math.atan2(dy, dx)));
        }
        since = (since + length) % 110;
      }
    });
  }
  function arrow(at, angle) {
    var node = make('div', 'way', undefined, icon('M3 2L21 12L3 22L8 12Z'));
    node.style.transform = 'rotate(' + angle * 180 / Math.PI + 'deg)';
    return { marker: L.marker(at, { interactive: false, keyboard: false, zIndexOffset: -1000,
      icon: L.divIcon({ className: '', iconSize: [16, 16], html: node }) }).addTo(map) };
  }

  // ---- where we are ---------------------------------------------------------------------------
  var position = null, me = null, halo = null, watching = null;
  function freshPosition() {
    return position && Date.now() - position.time < 180000 ? position : null;
  }
  function locate(centre) {
    if (!navigator.geolocation) return toast(words.no_gps);
    if (centre && me) map.panTo(me.marker.getLatLng());
    if (watching !== null) return undefined;
    watching = navigator.geolocation.watchPosition(function (found) {
      var c = found.coords, at = latLng(c.longitude, c.latitude);
      position = { lon: +c.longitude.toFixed(6), lat: +c.latitude.toFixed(6), time: Date.now() };
      if (!me) {
        me = mark(c.longitude, c.latitude, 'me', '', [20, 20], 6000);
        halo = L.circle(at, { radius: c.accuracy, stroke: false, fillColor: '#1a73e8',
          fillOpacity: .12, interactive: false }).addTo(map);
        document.getElementById('gps').className = 'on';
        if (centre) map.panTo(at);
      }
      me.marker.setLatLng(at);
      halo.setLatLng(at).setRadius(c.accuracy);
      try { localStorage.setItem('zoufang/gps', '1'); } catch (error) { /* asks again next time */ }
    }, function () {
      navigator.geolocation.clearWatch(watching);
      watching = null;
      if (centre) toast(words.no_gps);
    }, { enableHighAccuracy: true, maximumAge: 15000, timeout: 20000 });
    return undefined;
  }

  // ---- handing in -----------------------------------------------------------------------------
  function parcel(records) {
    return JSON.stringify({ format: 'zoufang-records', version: 1, station: day.station,
      date: day.date, crew: day.crew, records: records || memory.records });
  }
  function adler(bytes) {
    var a = 1, b = 0;
    for (var i = 0; i < bytes.length; i++) { a = (a + bytes[i]) % 65521; b = (b + a) % 65521; }
    return b * 65536 + a;
  }
  // A zlib stream without compression, for browsers that cannot compress.
  function stored(bytes) {
    var out = [0x78, 0x01];
    for (var at = 0; at === 0 || at < bytes.length; at += 65535) {
      var part = bytes.subarray(at, at + 65535), last = at + 65535 >= bytes.length ? 1 : 0;
      out.push(last, part.length & 255, part.length >> 8, ~part.length & 255, ~part.length >> 8 & 255);
      part.forEach(function (byte) { out.push(byte); });
    }
    var sum = adler(bytes);
    out.push(Math.floor(sum / 16777216), sum >> 16 & 255, sum >> 8 & 255, sum & 255);
    return Promise.resolve(new Uint8Array(out));
  }
  function squeezed(bytes) {
    if (typeof CompressionStream === 'undefined') return stored(bytes);
    var flow = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'));
    return new Response(flow).arrayBuffer().then(function (buffer) { return new Uint8Array(buffer); });
  }
  function packed() {
    return squeezed(new TextEncoder().encode(parcel())).then(function (bytes) {
      var text = '';
      bytes.forEach(function (byte) { text += String.fromCharCode(byte); });
      return { sum: adler(bytes).toString(36),
        text: btoa(text).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '') };
    });
  }
  function codes(pack) {
    var most = 700, count = Math.ceil(pack.text.length / most), out = [];
    if (count === 1) return ['ZF1:' + pack.text];
    for (var i = 0; i < count; i++) {
      out.push('ZF1:' + (i + 1) + '/' + count + ':' + pack.sum + ':' +
        pack.text.slice(i * most, (i + 1) * most));
    }
    return out;
  }
  function markSent() {
    memory.sent = memory.records.map(function (record) { return record.id; });
    remember();
  }
  function fileName() { return 'zoufang-' + day.station + '-' + day.crew + '-' + day.date + '.json'; }
  function saveFile() {
    var where = URL.createObjectURL(new Blob([parcel()], { type: 'application/json' }));
    var anchor = make('a');
    anchor.href = where;
    anchor.download = fileName().replace(/[\/\\:*?"<>|]/g, '_');
    document.body.appendChild(anchor);
    anchor.click();
    anchor.remove();
    setTimeout(function () { URL.revokeObjectURL(where); }, 60000);
    markSent();
    toast(words.saved);
  }
  function copyText() {
    packed().then(function (pack) {
      var text = 'ZF1:' + pack.text, box = make('textarea');
      box.value = text;
      box.readOnly = true;
      document.body.appendChild(box);
      box.select();
      box.setSelectionRange(0, text.length);
      var done = false;
      try { done = document.execCommand('copy'); } catch (error) { /* shown below instead */ }
      box.remove();
      markSent();
      if (done) return toast(words.copied);
      var shown = document.getElementById('packed');
      shown.hidden = false;
      shown.value = text;
      shown.select();
      return toast(words.copy_by_hand);
    });
  }
  function handIn() {
    var sheet = make('section', 'sheet'), inside = make('div', 'in');
    sheet.id = 'hand-in';
    sheet.setAttribute('role', 'dialog');
    sheet.appendChild(make('div', 'bar', undefined,
      make('div', 'who', undefined, make('h1', '', words.hand_in_title)),
      button('', words.close, function () { sheet.remove(); })));
    sheet.appendChild(inside);
    inside.appendChild(make('h2', '', say('summary', {
      called: stops.filter(isCalled).length, visited: stops.filter(isVisited).length,
      all: stops.length })));
    inside.appendChild(make('p', '', tally()));
    var save = button('wide prime', words.save_file, saveFile);
    save.id = 'save';
    var copy = button('wide', words.copy_text, copyText);
    copy.id = 'copy';
    var scan = button('wide', words.show_code, function () { showCodes(inside, 0); });
    scan.id = 'scan';
    [save, copy, scan].forEach(function (node) { inside.appendChild(node); });
    var text = make('textarea');
    text.id = 'packed';
    text.hidden = text.readOnly = true;
    inside.appendChild(text);
    inside.appendChild(make('p', 'small', words.twice));
    if (photographs.waiting().length) {
      inside.appendChild(make('p', 'small', words.photographs_by_link));
    }
    inside.appendChild(make('p', 'small', say('safe_until', { date: inDays(KEPT_DAYS) })));
    var turned = button('wide', words.night, toggleNight);
    inside.appendChild(turned);
    document.body.appendChild(sheet);
  }
  function tally() {
    var counts = {};
    stops.forEach(function (stop) {
      var last = recordOf(stop);
      if (last) counts[last.result] = (counts[last.result] || 0) + 1;
    });
    return Object.keys(counts).map(function (result) {
      return words['result_' + result] + ' ' + counts[result];
    }).join(' · ');
  }
  function showCodes(inside, index) {
    packed().then(function (pack) {
      var all = codes(pack), before = document.getElementById('code');
      if (before) before.remove();
      var box = make('div', 'code');
      box.id = 'code';
      box.appendChild(codePicture(all[index]));
      if (all.length > 1) {
        box.appendChild(make('p', '', (index + 1) + ' / ' + all.length));
        box.appendChild(button('wide', words.next_code, function () {
          showCodes(inside, (index + 1) % all.length);
        }));
      }
      inside.insertBefore(box, document.getElementById('packed'));
      box.dataset.text = all[index];
      markSent();
      box.scrollIntoView();
    });
  }
  function codePicture(text) {
    var rows = qrMatrix(text), svg = document.createElementNS(NS, 'svg'), d = '';
    var path = document.createElementNS(NS, 'path'), size = rows.length + 8;
    rows.forEach(function (row, y) {
      row.forEach(function (dark, x) { if (dark) d += 'M' + (x + 4) + ' ' + (y + 4) + 'h1v1h-1z'; });
    });
    svg.setAttribute('viewBox', '0 0 ' + size + ' ' + size);
    svg.setAttribute('shape-rendering', 'crispEdges');
    path.setAttribute('d', d);
    svg.appendChild(path);
    return svg;
  }

  // ---- handing in by itself, whenever the server can be reached -------------------------------
  var SOON_MS = 9000, LATE_MS = 60000, ANSWER_MS = 30000;
  var server = day.hand_in === 'here' ?
    location.origin + location.pathname.replace(/^\/p\//, '/hand-in/') : day.hand_in;
  var delivering = false, soon = null, over = '';
  var photographs = photographsOf(KEY, server, function () {
    var shots = document.querySelector('.shots');
    if (shots) showShots(stops[shots.dataset.stop - 1], shots);
    showHanded();
  });
  // A photograph goes with the record that tells the finding.
  function isRecorded(one) {
    var last = recordOf({ id: one.visit });
    return !!last && last.findings.some(function (f) { return f.category === one.category; });
  }
  function outstanding() {
    return memory.records.filter(function (record) { return !memory.receipts[record.id]; });
  }
  // A tap may be undone for some seconds; until then it stays here.
  function deliverSoon() {
    clearTimeout(soon);
    soon = setTimeout(deliver, SOON_MS);
    showHanded();
  }
  function deliver() {
    if (!server || delivering) return;
    recall();
    var due = outstanding(), ask = new XMLHttpRequest();
    delivering = true;
    due.forEach(function (record) {
      if (memory.sent.indexOf(record.id) < 0) memory.sent.push(record.id);
    });
    if (due.length) remember();
    ask.open('POST', server);
    ask.timeout = ANSWER_MS;
    ask.setRequestHeader('Content-Type', 'text/plain');
    ask.onloadend = function () {
      delivering = false;
      answered(ask.status, ask.responseText);
    };
    ask.send(parcel(due));
  }
  function answered(status, text) {
    var said = {};
    try { said = JSON.parse(text); } catch (error) { /* no answer of ours */ }
    if (status === 200 && said.receipts) {
      recall();
      Object.keys(said.receipts).forEach(function (id) {
        memory.receipts[id] = said.receipts[id];
      });
      memory.handed = now();
      remember();
      photographs.deliver(isRecorded);
    }
    over = status === 410 ? said.said : status === 404 ? words.link_over : '';
    showHanded();
  }
  function showHanded() {
    var line = document.getElementById('handed'), notice = document.getElementById('renewed');
    var left = outstanding().length, refused = Object.keys(memory.receipts).filter(function (id) {
      return memory.receipts[id].state === 'refused';
    });
    var parts = [];
    if (left) parts.push(say('outstanding', { count: left }));
    else if (memory.handed && memory.records.length) parts.push(say('handed_in', { time: memory.handed.slice(11, 16) }));
    if (refused.length) {
      parts.push(say('not_taken', { count: refused.length, why: memory.receipts[refused[0]].said }));
    }
    var shots = photographs.waiting().filter(isRecorded).length, bad = photographs.refused();
    if (shots) parts.push(say('photographs_left', { count: shots }));
    if (bad.length) parts.push(say('not_taken', { count: bad.length, why: bad[0].said }));
    document.getElementById('unphotographed').hidden = !server || photographs.keeps;
    line.hidden = !server || !parts.length;
    line.textContent = parts.join(' · ');
    notice.hidden = !over;
    notice.textContent = over;
  }
  function keepPage() {
    if (day.hand_in !== 'here' || !navigator.serviceWorker) return;
    navigator.serviceWorker.register('/p/worker.js').then(function () {
      return navigator.serviceWorker.ready;
    }).then(function () { return caches.open('zoufang'); }).then(function (kept) {
      return kept.add(location.pathname);
    }).catch(function () { /* it stays open, and is kept as a file */ });
  }
  if (server) {
    window.addEventListener('online', deliver);
    document.addEventListener('visibilitychange', deliver);
    setInterval(deliver, LATE_MS);
    setTimeout(deliver, 0);
    keepPage();
  }
  showHanded();

  // ---- the rest of the screen -----------------------------------------------------------------
  var toastTimer = null;
  function toast(text, act) {
    var old = document.querySelector('.toast');
    if (old) old.remove();
    clearTimeout(toastTimer);
    var node = make('div', 'toast', undefined, make('span', '', text));
    node.setAttribute('role', 'status');
    if (act) node.appendChild(button('', words.undo, function () { node.remove(); act(); }));
    // Over the map, where it covers nothing that a thumb wants next; over what lies on all.
    document.getElementById(document.getElementById('hand-in') ? 'hand-in' : 'stage')
      .appendChild(node);
    toastTimer = setTimeout(function () { node.remove(); }, act ? 8000 : 3500);
  }
  function toggleNight() {
    var night = document.documentElement.classList.toggle('night');
    try { localStorage.setItem('zoufang/night', night ? '1' : '0'); } catch (error) { /* this once */ }
  }
  function tool(id, label, path, act) {
    var node = button('', undefined, act);
    node.id = id;
    node.setAttribute('aria-label', label);
    node.title = label;
    node.appendChild(icon(path));
    document.getElementById('tools').appendChild(node);
  }

  var legs = ground.lines('way'), NEAR_M = 100, FAR_M = 1500;
  ground.draw(legs, 'lege');
  ground.draw(legs, 'leg');
  // What the map shows: the whole way before the first door, then the next door and those around
  // it; null once a finger has moved it.
  var view = null;
  function look(at) {
    view = at;
    map.fitBounds(at(), room());
  }
  // A pin at the edge is seen whole, and no button lies over it.
  function room() {
    var tools = document.getElementById('tools').getBoundingClientRect();
    var aside = tools.height > tools.width;
    return { paddingTopLeft: [30, aside ? 30 : tools.height + 38],
      paddingBottomRight: [aside ? tools.width + 38 : 30, 38], maxZoom: 17, animate: false };
  }
  function wholeWay() {
    var all = L.latLngBounds([latLng(day.home.lon, day.home.lat)]).extend(ground.bounds);
    legs.forEach(function (leg) { all.extend(leg); });
    return all;
  }
  // The next door in the middle, with the last one and the two after it where they are not far.
  function nearby() {
    var next = nextStop(), x = NEAR_M, y = NEAR_M;
    if (!next || next.lon === null) return wholeWay();
    var east = 111320 * Math.cos(next.lat * Math.PI / 180), north = 110900;
    var after = stops.filter(function (stop) { return stop !== next && !isCalled(stop); }).slice(0, 2);
    after.concat(stops.filter(isCalled).sort(byTime).slice(-1)).forEach(function (stop) {
      var dx = Math.abs(stop.lon - next.lon) * east, dy = Math.abs(stop.lat - next.lat) * north;
      if (stop.lon === null || Math.max(dx, dy) > FAR_M) return;
      x = Math.max(x, dx);
      y = Math.max(y, dy);
    });
    x /= east;
    y /= north;
    return L.latLngBounds([latLng(next.lon - x, next.lat - y), latLng(next.lon + x, next.lat + y)]);
  }
  function byTime(a, b) { return Date.parse(recordOf(a).at) - Date.parse(recordOf(b).at); }
  ['touchstart', 'mousedown', 'wheel'].forEach(function (touch) {
    map.getContainer().addEventListener(touch, function () { view = null; }, { passive: true });
  });
  map.on('resize', function () { if (view) look(view); });
  tool('gps', words.locate, 'M12 2v4M12 18v4M2 12h4M18 12h4M12 8a4 4 0 1 0 0 8a4 4 0 1 0 0-8',
    function () { locate(true); });
  tool('fit', words.fit, 'M3 9V3h6M15 3h6v6M21 15v6h-6M9 21H3v-6', function () {
    look(view === wholeWay ? nearby : wholeWay);
  });
  tool('grow', words.grow, 'M7 10l5-5l5 5M7 14l5 5l5-5', function () {
    document.getElementById('stage').classList.toggle('tall');
    map.invalidateSize();
  });
  document.getElementById('count').addEventListener('click', handIn);
  map.on('zoomend moveend', function () { declutter(); drawArrows(legs); });
  look(stops.some(isCalled) ? nearby : wholeWay);
  openStop = nextStop();
  show();
  drawArrows(legs);
  var wasOn = null;
  try { wasOn = localStorage.getItem('zoufang/gps'); } catch (error) { /* ask by the button */ }
  if (wasOn) locate(false);
}

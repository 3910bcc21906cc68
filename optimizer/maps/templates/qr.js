// QR codes (ISO/IEC 18004), byte mode, error correction L, any version: enough to show text on a
// screen. qrMatrix("text") is an array of rows of true (dark) and false.
var qrMatrix = (function () {
  'use strict';
  // Error correction L: codewords a block, and blocks, by version.
  var EC = [0, 7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28, 28,
    28, 30, 30, 26, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30];
  var BLOCKS = [0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8, 8, 9, 9, 10, 12, 12,
    12, 13, 14, 15, 16, 17, 18, 19, 19, 20, 21, 22, 24, 25];

  var EXP = [], LOG = [];
  for (var i = 0, x = 1; i < 255; i++) {
    EXP[i] = x; LOG[x] = i;
    x = x << 1 ^ (x > 127 ? 0x11d : 0);
  }
  function times(a, b) { return a && b ? EXP[(LOG[a] + LOG[b]) % 255] : 0; }

  // Modules that are free for data and error correction.
  function room(version) {
    var bits = (16 * version + 128) * version + 64;
    if (version > 1) {
      var marks = Math.floor(version / 7) + 2;
      bits -= (25 * marks - 10) * marks - 55;
      if (version > 6) bits -= 36;
    }
    return Math.floor(bits / 8);
  }
  function dataRoom(version) { return room(version) - EC[version] * BLOCKS[version]; }

  function generator(degree) {
    var poly = [1];
    for (var i = 0; i < degree; i++) {
      var next = poly.concat(0);
      for (var j = 0; j < poly.length; j++) next[j + 1] ^= times(poly[j], EXP[i]);
      poly = next;
    }
    return poly.slice(1);
  }
  function remainder(data, poly) {
    var rest = poly.map(function () { return 0; });
    data.forEach(function (byte) {
      var lead = byte ^ rest.shift();
      rest.push(0);
      poly.forEach(function (c, i) { rest[i] ^= times(c, lead); });
    });
    return rest;
  }

  function codewords(bytes, version) {
    var bits = [];
    function put(value, length) { while (length--) bits.push(value >> length & 1); }
    put(4, 4);
    put(bytes.length, version < 10 ? 8 : 16);
    bytes.forEach(function (byte) { put(byte, 8); });
    var full = dataRoom(version) * 8;
    put(0, Math.min(4, full - bits.length));
    while (bits.length % 8) bits.push(0);
    for (var pad = 0xec; bits.length < full; pad ^= 0xec ^ 0x11) put(pad, 8);
    var data = [];
    for (var i = 0; i < bits.length; i += 8) {
      data.push(parseInt(bits.slice(i, i + 8).join(''), 2));
    }
    return interleave(data, version);
  }
  function interleave(data, version) {
    var count = BLOCKS[version], ec = EC[version], all = room(version);
    var short = count - all % count, length = Math.floor(all / count) - ec;
    var poly = generator(ec), blocks = [], checks = [], at = 0, out = [];
    for (var b = 0; b < count; b++) {
      var block = data.slice(at, at += length + (b < short ? 0 : 1));
      blocks.push(block);
      checks.push(remainder(block, poly));
    }
    for (var i = 0; i <= length; i++) {
      blocks.forEach(function (block) { if (i < block.length) out.push(block[i]); });
    }
    for (i = 0; i < ec; i++) checks.forEach(function (check) { out.push(check[i]); });
    return out;
  }

  function marks(version) {
    if (version === 1) return [];
    var count = Math.floor(version / 7) + 2, size = version * 4 + 17;
    var step = version === 32 ? 26 : Math.ceil((version * 4 + 4) / (count * 2 - 2)) * 2;
    var places = [6];
    for (var at = size - 7; places.length < count; at -= step) places.splice(1, 0, at);
    return places;
  }

  function blank(version) {
    var size = version * 4 + 17, rows = [], fixed = [];
    for (var y = 0; y < size; y++) {
      rows.push(new Array(size).fill(false));
      fixed.push(new Array(size).fill(false));
    }
    function set(x, y, dark) {
      if (x < 0 || y < 0 || x >= size || y >= size) return;
      rows[y][x] = dark; fixed[y][x] = true;
    }
    function finder(cx, cy) {
      for (var dy = -4; dy <= 4; dy++) for (var dx = -4; dx <= 4; dx++) {
        var far = Math.max(Math.abs(dx), Math.abs(dy));
        set(cx + dx, cy + dy, far !== 2 && far !== 4);
      }
    }
    for (var i = 0; i < size; i++) { set(6, i, i % 2 === 0); set(i, 6, i % 2 === 0); }
    finder(3, 3); finder(size - 4, 3); finder(3, size - 4);
    var places = marks(version), last = places.length - 1;
    places.forEach(function (cx, a) {
      places.forEach(function (cy, b) {
        if (a === 0 && b === 0 || a === 0 && b === last || a === last && b === 0) return;
        for (var dy = -2; dy <= 2; dy++) for (var dx = -2; dx <= 2; dx++) {
          set(cx + dx, cy + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1);
        }
      });
    });
    var code = { size: size, rows: rows, fixed: fixed, set: set, version: version };
    format(code, 0);
    if (version > 6) {
      var rest = version;
      for (i = 0; i < 12; i++) rest = rest << 1 ^ (rest >> 11) * 0x1f25;
      var bits = version << 12 | rest;
      for (i = 0; i < 18; i++) {
        var a = size - 11 + i % 3, b = Math.floor(i / 3), dark = (bits >> i & 1) === 1;
        set(a, b, dark); set(b, a, dark);
      }
    }
    return code;
  }

  function format(code, mask) {
    var data = 1 << 3 | mask, rest = data, size = code.size, i;
    for (i = 0; i < 10; i++) rest = rest << 1 ^ (rest >> 9) * 0x537;
    var bits = (data << 10 | rest) ^ 0x5412;
    function bit(i) { return (bits >> i & 1) === 1; }
    for (i = 0; i < 6; i++) code.set(8, i, bit(i));
    code.set(8, 7, bit(6)); code.set(8, 8, bit(7)); code.set(7, 8, bit(8));
    for (i = 9; i < 15; i++) code.set(14 - i, 8, bit(i));
    for (i = 0; i < 8; i++) code.set(size - 1 - i, 8, bit(i));
    for (i = 8; i < 15; i++) code.set(8, size - 15 + i, bit(i));
    code.set(8, size - 8, true);
  }

  function fill(code, words) {
    var at = 0, size = code.size;
    for (var right = size - 1; right > 0; right -= 2) {
      if (right === 6) right = 5;
      for (var step = 0; step < size; step++) for (var side = 0; side < 2; side++) {
        var x = right - side, up = (right + 1 & 2) === 0, y = up ? size - 1 - step : step;
        if (code.fixed[y][x] || at >= words.length * 8) continue;
        code.rows[y][x] = (words[at >> 3] >> 7 - (at & 7) & 1) === 1;
        at++;
      }
    }
  }

  var MASKS = [
    function (x, y) { return (x + y) % 2; },
    function (x, y) { return y % 2; },
    function (x) { return x % 3; },
    function (x, y) { return (x + y) % 3; },
    function (x, y) { return (Math.floor(x / 3) + Math.floor(y / 2)) % 2; },
    function (x, y) { return x * y % 2 + x * y % 3; },
    function (x, y) { return (x * y % 2 + x * y % 3) % 2; },
    function (x, y) { return ((x + y) % 2 + x * y % 3) % 2; }];
  function toggle(code, mask) {
    for (var y = 0; y < code.size; y++) for (var x = 0; x < code.size; x++) {
      if (!code.fixed[y][x] && MASKS[mask](x, y) === 0) code.rows[y][x] = !code.rows[y][x];
    }
  }

  // How hard a code is to read: long runs, squares, false finders, too much of one colour.
  function penalty(code) {
    var size = code.size, sum = 0, dark = 0, x, y;
    function line(get) {
      var run = 0, colour = null, text = '';
      for (var i = 0; i < size; i++) {
        var here = get(i);
        run = here === colour ? run + 1 : 1;
        colour = here;
        if (run === 5) sum += 3; else if (run > 5) sum += 1;
        text += here ? '1' : '0';
      }
      for (i = 0; i + 11 <= size; i++) {
        var piece = text.substr(i, 11);
        if (piece === '10111010000' || piece === '00001011101') sum += 40;
      }
    }
    for (y = 0; y < size; y++) {
      line(function (i) { return code.rows[y][i]; });
      line(function (i) { return code.rows[i][y]; });
      for (x = 0; x < size; x++) {
        var here = code.rows[y][x];
        if (here) dark++;
        if (x && y && here === code.rows[y][x - 1] && here === code.rows[y - 1][x] &&
            here === code.rows[y - 1][x - 1]) sum += 3;
      }
    }
    return sum + 10 * Math.floor(Math.abs(dark * 20 - size * size * 10) / (size * size));
  }

  return function (text, wantedMask) {
    var bytes = unescape(encodeURIComponent(text)).split('').map(function (c) {
      return c.charCodeAt(0);
    });
    var version = 1;
    while (version < 41 && dataRoom(version) * 8 < 4 + (version < 10 ? 8 : 16) + bytes.length * 8) {
      version++;
    }
    if (version > 40) throw new RangeError('too long for a QR code');
    var code = blank(version), best = wantedMask, least = Infinity;
    fill(code, codewords(bytes, version));
    if (best === undefined) {
      for (var mask = 0; mask < 8; mask++) {
        toggle(code, mask); format(code, mask);
        var cost = penalty(code);
        if (cost < least) { least = cost; best = mask; }
        toggle(code, mask);
      }
    }
    toggle(code, best); format(code, best);
    return code.rows;
  };
})();

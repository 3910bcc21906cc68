// Photographs of findings: made small, kept on the phone until the server has them.
function photographsOf(key, server, changed) {
  'use strict';
  var MOST = 3, SIDE = 1600, BYTES = 200000, ANSWER_MS = 60000, STORE = 'photographs';
  var db = null, kept = [], sending = false, book = { keeps: true, most: MOST };

  // Where the phone has no such storage they live as long as the page, and the page says so.
  function open() {
    var ask = null;
    try { ask = indexedDB.open('zoufang', 1); } catch (error) { return lost(); }
    if (!ask) return lost();
    ask.onupgradeneeded = function () { ask.result.createObjectStore(STORE, { keyPath: 'id' }); };
    ask.onerror = lost;
    ask.onsuccess = function () {
      db = ask.result;
      var all = db.transaction(STORE).objectStore(STORE).getAll();
      all.onerror = lost;
      all.onsuccess = function () {
        kept = all.result.filter(function (one) { return one.key === key; }).concat(kept);
        changed();
      };
    };
    return undefined;
  }
  function lost() {
    book.keeps = false;
    setTimeout(changed, 0);
  }
  function write(act) {
    if (!db) return;
    try {
      var work = db.transaction(STORE, 'readwrite');
      work.onerror = work.onabort = lost;
      act(work.objectStore(STORE));
    } catch (error) { lost(); }
  }
  function put(one) { write(function (store) { store.put(one); }); }
  function drop(some) {
    kept = kept.filter(function (one) { return some.indexOf(one) < 0; });
    write(function (store) { some.forEach(function (one) { store.delete(one.id); }); });
  }

  // A JPEG of some 200 kB, upright, without what a camera writes beside the picture.
  function shrink(file, then, failed) {
    var picture = new Image(), from = URL.createObjectURL(file);
    picture.onerror = function () { URL.revokeObjectURL(from); failed(); };
    picture.onload = function () {
      URL.revokeObjectURL(from);
      attempt(picture, SIDE, .8, then, failed);
    };
    picture.src = from;
  }
  function attempt(picture, side, quality, then, failed) {
    var scale = Math.min(1, side / Math.max(picture.naturalWidth, picture.naturalHeight));
    var canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.round(picture.naturalWidth * scale));
    canvas.height = Math.max(1, Math.round(picture.naturalHeight * scale));
    canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
    canvas.toBlob(function (blob) {
      if (!blob) return failed();
      if (blob.size > BYTES && side > 400) {
        return attempt(picture, quality > .6 ? side : side * .75, quality > .6 ? .6 : .5, then, failed);
      }
      var reader = new FileReader();
      reader.onload = function () { then(reader.result); };
      reader.onerror = failed;
      return reader.readAsArrayBuffer(blob);
    }, 'image/jpeg', quality);
  }

  book.of = function (visit, category) {
    return kept.filter(function (one) { return one.visit === visit && one.category === category; });
  };
  book.take = function (stop, category, id, file, failed) {
    shrink(file, function (bytes) {
      if (book.of(stop.id, category).length >= MOST) return;
      var one = { id: id, key: key, visit: stop.id, account: stop.account, category: category,
        bytes: bytes, state: '', said: '' };
      kept.push(one);
      put(one);
      changed();
    }, failed);
  };
  book.remove = function (one) {
    drop([one]);
    changed();
  };
  book.forget = function (visit, category) {
    drop(book.of(visit, category).filter(function (one) { return !one.state; }));
    changed();
  };
  book.picture = function (one) {
    return URL.createObjectURL(new Blob([one.bytes], { type: 'image/jpeg' }));
  };
  book.waiting = function () { return kept.filter(function (one) { return !one.state; }); };
  book.refused = function () {
    return kept.filter(function (one) { return one.state === 'refused'; });
  };

  // One after the other; what is handed in leaves the phone but for its name.
  book.deliver = function (isDue) {
    var next = book.waiting().filter(isDue)[0];
    if (!server || sending || !next) return;
    var ask = new XMLHttpRequest();
    sending = true;
    ask.open('POST', server + '/photographs?id=' + encodeURIComponent(next.id) +
      '&account=' + encodeURIComponent(next.account) + '&category=' + next.category);
    ask.timeout = ANSWER_MS;
    ask.setRequestHeader('Content-Type', 'text/plain');
    ask.onloadend = function () {
      var said = {};
      sending = false;
      try { said = JSON.parse(ask.responseText); } catch (error) { /* no answer of ours */ }
      if (ask.status !== 200 || !said.state) return;
      next.state = said.state;
      next.said = said.said;
      if (next.state !== 'refused') next.bytes = null;
      put(next);
      changed();
      book.deliver(isDue);
    };
    ask.send(new Blob([next.bytes]));
  };
  open();
  return book;
}

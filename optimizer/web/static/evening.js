// @ts-check
/** A sheet typed in row by row: digits, Enter, and nothing that needs a mouse. */
import { codesOf, input, make, narrow, push, wordsOf } from './evening_parts.js';
import { Queue } from './evening_queue.js';

/**
 * @typedef {import('./evening_queue.js').Typed} Typed
 * @typedef {import('./evening_queue.js').Answer} Answer
 * @typedef {import('./evening_parts.js').Reported} Reported
 * @typedef {{row: number, time: string, account: string, name: string, address: string,
 *   kind: string, task: string, number: number, conflict: boolean, records: Reported[]}} Row
 * @typedef {{data: Row, node: HTMLTableRowElement, state: HTMLElement, word: HTMLElement,
 *   cells: Record<string, HTMLInputElement>, said: string, shown: string}} Line
 */

const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const table = byId('rows');
const sheet = JSON.parse(byId('sheet').textContent || '{}');
/** @type {Record<string, string>} */
const words = sheet.words;
const url = table.dataset.url || '';
const person = table.dataset.person || '';
const queue = new Queue(person, url, told);
/** @type {Line[]} */
const lines = [];
const REFRESH_MS = 15000;
let waits = '';

/** @param {string} name
 * @param {Record<string, unknown>} [facts] */
function say(name, facts = {}) {
  return words[name].replace(/\{(\w+)\}/g, (_, key) => String(facts[key]));
}

// ---- what a row says ---------------------------------------------------------------------------

/** What counts for a row as far as this page knows.
 * @param {Line} line
 * @returns {Typed | Reported | undefined} */
function standing(line) {
  const own = queue.of(line.data.row, sheet.version).pop();
  if (own) return own.typed;
  const records = line.data.records;
  return records.filter((record) => record.typed).pop() || records[records.length - 1];
}

/** @param {Line} line */
function fill(line) {
  const says = standing(line), cells = line.cells;
  cells.result.value = says && says.result ? String(says.result) : '';
  cells.codes.value = says ? [codesOf(says), says.note].join(' ').trim() : '';
  cells.repaired.checked = !!says && !!says.codes.length && says.repaired.length === says.codes.length;
  for (const piece of sheet.pieces) {
    cells[piece.name].value = String((says && says.pieces[piece.name]) || '');
  }
  cells.opinion.value = says ? says.opinion : '';
  cells.ticks.value = says ? says.ticks || '' : '';
  line.said = '';
  show(line);
}

/** What the cells say now.
 * @param {Line} line
 * @returns {Typed | string} why it cannot be stored */
function read(line) {
  const cells = line.cells;
  Object.values(cells).forEach(narrow);
  const result = Number(cells.result.value || 0);
  if (!(result >= 0 && result <= sheet.results.length)) return say('no_such_result', { result: cells.result.value });
  const found = /^((?:\d+\s*[*＊]?[\s,，、;；]*)*)(.*)$/.exec(cells.codes.value.trim()) || ['', '', ''];
  const codes = (found[1].match(/\d+/g) || []).map(Number);
  const starred = (found[1].match(/\d+(?=\s*[*＊])/g) || []).map(Number);
  const strange = codes.find((code) => code < 1 || code > sheet.categories.length);
  if (strange !== undefined) return say('no_code', { code: strange });
  const note = found[2].trim();
  if (note && !codes.length) return say('no_code', { code: note.slice(0, 12) });
  /** @type {Record<string, number>} */
  const pieces = {};
  for (const piece of sheet.pieces) {
    const text = cells[piece.name].value.trim();
    if (text && !/^\d{1,3}$/.test(text)) return say('no_count', { count: text });
    if (Number(text)) pieces[piece.name] = Number(text);
  }
  const opinion = cells.opinion.value.trim(), ticks = cells.ticks.value.trim();
  if (!/^([0-3]{0,4}|[0-3]{4}[0-2])$/.test(ticks)) return say('no_tick', { ticks });
  if (!result && (codes.length || opinion || ticks || Object.keys(pieces).length)) return words.no_result;
  return { row: line.data.row, version: sheet.version, number: line.data.number, result, codes,
    repaired: cells.repaired.checked ? codes : starred, note, opinion, ticks: ticks.replace(/0+$/, ''), pieces };
}

/** Whether the row could be left.
 * @param {Line} line */
function leave(line) {
  const typed = read(line);
  if (typeof typed === 'string') {
    line.said = typed;
    show(line);
    return false;
  }
  line.said = '';
  line.cells.ticks.value = typed.ticks;
  if (wordsOf(typed) !== wordsOf(standing(line))) queue.add(typed);
  show(line);
  sum();
  return true;
}

// ---- what the page says ------------------------------------------------------------------------

/** @param {Line} line */
function show(line) {
  const own = queue.of(line.data.row, sheet.version).pop();
  const typedNow = Number(line.cells.result.value);
  line.word.textContent = typedNow ? sheet.results[typedNow - 1] || '' : '';
  line.node.classList.toggle('in', isIn(line));
  const shown = JSON.stringify([line.said, own, waits, line.data.conflict, line.data.records]);
  if (shown === line.shown) return; // no button is taken away from under a hand
  line.shown = shown;
  line.state.replaceChildren();
  if (line.said) line.state.append(make('span', 'error', `✗ ${line.said}`));
  else if (own && own.answer) showRefused(line, own.answer);
  else if (own) line.state.append(make('span', 'warn', `… ${waits ? words[`wait_${waits}`] : words.sending}`));
  else if (line.data.conflict) showConflict(line);
  else if (line.data.records.length) line.state.append(make('span', 'ok', `✓ ${from(line.data)}`));
}

/** Where what counts came from.
 * @param {Row} row */
function from(row) {
  const phone = row.records.some((record) => !record.typed);
  const paper = row.records.some((record) => record.typed);
  return phone && paper ? words.both : phone ? words.phone : words.stored;
}

/** @param {Line} line
 * @param {Answer} answer */
function showRefused(line, answer) {
  if (answer.state !== 'differs') {
    line.state.append(make('span', 'error', `✗ ${answer.said}`));
    return;
  }
  const theirs = line.data.records.filter((record) => record.typed).pop();
  const what = theirs ? sheet.results[theirs.result - 1] : '–';
  line.state.append(make('span', 'error', say('differs', { who: theirs ? theirs.who : '', what })),
    push(words.mine, () => {
      const own = queue.of(line.data.row, sheet.version).pop();
      if (own) queue.add({ ...own.typed, number: line.data.number });
      show(line);
    }),
    push(words.theirs, () => { queue.forget(line.data.row, sheet.version); fill(line); sum(); }));
}

/** @param {Line} line */
function showConflict(line) {
  line.state.append(make('span', 'error', `△ ${words.conflict}`));
  for (const record of line.data.records) {
    const text = `${record.typed ? words.paper : words.phone} ${sheet.results[record.result - 1]}`;
    if (!table.dataset.settle) {
      line.state.append(make('span', 'chip', text));
      continue;
    }
    const form = /** @type {HTMLFormElement} */ (make('form', ''));
    form.method = 'post';
    form.action = `${url}/settle`;
    for (const [name, value] of [['account', line.data.account], ['keep', record.id]]) {
      const field = /** @type {HTMLInputElement} */ (make('input', ''));
      Object.assign(field, { type: 'hidden', name, value });
      form.append(field);
    }
    form.append(make('button', 'small', say('keep', { what: text })));
    line.state.append(form);
  }
}

/** Whether a row is done with: what was refused still asks for a hand.
 * @param {Line} line */
function isIn(line) {
  const own = queue.of(line.data.row, sheet.version).pop(), says = standing(line);
  return !!says && says.result > 0 && !(own && own.answer);
}

function sum() {
  const counts = new Map();
  for (const line of lines) {
    const says = standing(line);
    if (says && says.result) counts.set(says.result, (counts.get(says.result) || 0) + 1);
  }
  const done = lines.filter(isIn).length, missing = lines.length - done;
  const each = [...counts].sort((a, b) => a[0] - b[0])
    .map(([result, count]) => `${sheet.results[result - 1]} ${count}`);
  byId('sums').textContent = [say('in', { count: done, all: lines.length }), ...each].join(' · ');
  byId('missing').textContent = missing ? `${say('missing', { count: missing })} →` : `✓ ${say('missing', { count: 0 })}`;
  /** @type {HTMLButtonElement} */ (byId('missing')).disabled = !missing;
  const torn = lines.filter((line) => line.data.conflict).length;
  byId('conflicts').hidden = !torn;
  byId('conflicts').textContent = `${say('conflicts', { count: torn })} →`;
  const unsent = queue.waiting().length;
  byId('unsent').hidden = !unsent;
  byId('unsent').textContent = `${say('unsent', { count: unsent })}${waits ? ` · ${words[`wait_${waits}`]}` : ''}`;
}

/** @param {[Answer, Typed][]} answers
 * @param {string} why */
function told(answers, why) {
  waits = why;
  let strange = false;
  for (const [answer, typed] of answers) {
    const line = lines.find((one) => one.data.row === answer.row);
    if (!line || answer.version !== sheet.version) continue;
    const data = line.data;
    strange = strange || answer.state === 'differs' || answer.conflict || data.conflict;
    data.number = answer.number;
    if (answer.state !== 'stored' && answer.state !== 'known') continue;
    data.records = data.records.filter((record) => !record.typed);
    if (typed.result) data.records.push({ ...typed, id: '', typed: true, who: person });
  }
  lines.forEach(show);
  sum();
  if (strange) refresh();
}

/** Whether somebody is at work in a row: what he began from must not change under his hands.
 * @param {Line} line */
function isOpen(line) { return line.node.contains(document.activeElement) || isChanged(line); }

/** Whether a row says what has not been left yet.
 * @param {Line} line */
function isChanged(line) {
  const typed = read(line);
  return typeof typed === 'string' || wordsOf(typed) !== wordsOf(standing(line));
}

let asked = 0;
async function refresh() {
  const mine = ++asked;
  try {
    const reply = await fetch(`${url}/rows.json?version=${sheet.version}`, { headers: { Accept: 'application/json' } });
    if (!reply.ok || mine !== asked) return;
    const fresh = await reply.json();
    for (const line of lines) {
      const asks = queue.of(line.data.row, sheet.version).some((one) => one.answer);
      if (isOpen(line) && !asks) continue;
      const data = fresh.rows[line.data.row - 1];
      if (!data || data.number < line.data.number) continue;
      line.data = data;
      fill(line);
    }
    sum();
  } catch { /* the next time */ }
}

// ---- keys --------------------------------------------------------------------------------------

/** @param {number} place
 * @param {string} [cell] */
function go(place, cell = 'result') {
  const line = lines[Math.max(0, Math.min(lines.length - 1, place))];
  if (!line) return;
  line.cells[cell].focus();
  line.cells[cell].select();
  line.node.scrollIntoView({ block: 'nearest' });
}

/** @param {Line} line
 * @param {KeyboardEvent} event */
function onKey(line, event) {
  const cell = /** @type {HTMLInputElement} */ (event.target);
  const place = lines.indexOf(line), name = cell.name;
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const steps = /** @type {Record<string, number>} */ ({ ArrowUp: -1, ArrowDown: 1 });
  if (event.key === 'Enter') {
    if (leave(line)) {
      if (place + 1 < lines.length) go(place + 1);
      else byId(lines.every(isIn) ? 'rest' : 'missing').focus();
    }
  } else if (event.key in steps) {
    if (leave(line)) go(place + steps[event.key], name);
  } else if (event.key === 'Escape') {
    queue.forget(line.data.row, sheet.version);
    fill(line);
    cell.select();
  } else if (name === 'result') {
    if (!onLetter(line, event)) return;
  } else return;
  event.preventDefault();
}

/** In the cell of the result letters are commands.
 * @param {Line} line
 * @param {KeyboardEvent} event */
function onLetter(line, event) {
  const key = event.key.toLowerCase();
  if (key === 'g') byId('jump').focus();
  else if (key === 'r') rest();
  else if (key.length > 1 || (key >= '1' && key <= String(sheet.results.length))) return false;
  else {
    line.said = say('no_such_result', { result: event.key });
    show(line);
  }
  return true;
}

/** Rows of which nothing is known yet, as one result.
 * @param {Line[]} some
 * @param {number} result */
function bulk(some, result) {
  const open = some.filter((line) => !isIn(line) && !line.cells.result.value);
  const facts = { count: open.length, what: sheet.results[result - 1] };
  if (!open.length || !window.confirm(say('sure', facts))) return;
  for (const line of open) {
    line.cells.result.value = String(result);
    leave(line);
  }
  toMissing();
}

function rest() { bulk(lines, 1); }

function toMissing() {
  const place = lines.findIndex((line) => !isIn(line));
  if (place >= 0) go(place);
}

// ---- the table ---------------------------------------------------------------------------------

/** @param {Row} data
 * @returns {Line} */
function lineOf(data) {
  const node = /** @type {HTMLTableRowElement} */ (document.createElement('tr'));
  node.id = `row-${data.row}`;
  const number = make('th', '', String(data.row)), who = make('td', 'who');
  number.setAttribute('scope', 'row');
  who.append(make('b', '', data.name), make('span', 'chip', data.kind),
    make('span', 'dim', `${data.address} ${data.task}`));
  who.title = `${data.account} ${data.address} ${data.task}`;
  /** @type {Record<string, HTMLInputElement>} */
  const cells = { result: input('result', `${data.row} ${words.result}`),
    codes: input('codes', `${data.row} ${words.finding}`),
    repaired: input('repaired', `${data.row} ${words.repaired}`, 'checkbox') };
  cells.result.maxLength = 1;
  for (const piece of sheet.pieces) cells[piece.name] = input(piece.name, `${data.row} ${piece.word}`);
  cells.opinion = input('opinion', `${data.row} ${words.opinion}`);
  cells.opinion.maxLength = 1000;
  cells.ticks = input('ticks', `${data.row} ${words.ticks}`);
  cells.ticks.maxLength = 5;
  cells.codes.maxLength = 200;
  const word = make('span', 'word'), state = make('td', 'state');
  state.setAttribute('role', 'status');
  node.append(number, who);
  for (const [name, cell] of Object.entries(cells)) {
    const box = make('td', name);
    box.append(cell);
    if (name === 'result') box.append(word);
    node.append(box);
  }
  node.append(state);
  const line = { data, node, state, word, cells, said: '', shown: '?' };
  node.addEventListener('keydown', (event) => onKey(line, event));
  node.addEventListener('input', () => { line.said = ''; show(line); });
  node.addEventListener('focusin', (event) => {
    if (event.target instanceof HTMLInputElement && event.target.type === 'text') event.target.select();
  });
  node.addEventListener('focusout', (event) => {
    if (!node.contains(/** @type {Node | null} */ (event.relatedTarget))) leave(line);
  });
  return line;
}

for (const data of sheet.rows) {
  const line = lineOf(data);
  lines.push(line);
  /** @type {HTMLElement} */ (table.querySelector('tbody')).append(line.node);
}
lines.forEach(fill);
byId('rest').addEventListener('click', rest);
byId('missing').addEventListener('click', toMissing);
byId('conflicts').addEventListener('click', () => go(lines.findIndex((line) => line.data.conflict)));
byId('bulk').addEventListener('submit', (event) => {
  event.preventDefault();
  const facts = new FormData(/** @type {HTMLFormElement} */ (event.target));
  const first = Number(facts.get('first')), last = Number(facts.get('last'));
  const box = /** @type {HTMLInputElement} */ (/** @type {HTMLFormElement} */ (event.target).elements.namedItem('last'));
  box.setCustomValidity(first >= 1 && last >= first && last <= lines.length ? '' : words.no_rows);
  if (!box.reportValidity()) return;
  bulk(lines.filter((line) => line.data.row >= first && line.data.row <= last), Number(facts.get('result')));
});
byId('jump').addEventListener('keydown', (event) => {
  const box = /** @type {HTMLInputElement} */ (event.target), wanted = box.value.trim();
  if (event.key !== 'Enter' || !wanted) return;
  const place = lines.findIndex((line) => String(line.data.row) === wanted ||
    (wanted.length > 3 && line.data.account.endsWith(wanted)));
  box.classList.toggle('error', place < 0);
  if (place >= 0) { box.value = ''; go(place); } else box.select();
});
byId('bulk').addEventListener('input', () => {
  /** @type {HTMLInputElement} */ (document.querySelector('#bulk [name=last]')).setCustomValidity('');
});
window.addEventListener('beforeunload', (event) => {
  if (lines.filter(isChanged).some((line) => !leave(line))) event.preventDefault();
});
setInterval(() => { if (!document.hidden) refresh(); }, REFRESH_MS);
sum();
if (lines.some((line) => !isIn(line))) toMissing(); else go(0);
queue.send();

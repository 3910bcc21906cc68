// @ts-check
/** The crews' lists and the tray: stops as rows that are dragged by SortableJS. */

import { change, foresee, forgetPreview } from './board_calls.js';
import { choose, chosenInOrder, clock, colour, crewOf, drawAll, letter, make, mayChange, nameOf, piece, say, state } from './board_state.js';
import { follow, hideFloat, showFloat } from './board_float.js';

/** @typedef {import('./board_state.js').Crew} Crew */
/** @typedef {import('./board_state.js').Visit} Visit */
const Sortable = /** @type {any} */ (window).Sortable;
const SVG = 'http://www.w3.org/2000/svg';
/** @type {any[]} */
let sortables = [];

// ---- drawn from what the server said --------------------------------------------------------------

export function drawLists() {
  const columns = piece('columns');
  const tray = piece('tray');
  const scrolls = new Map([...document.querySelectorAll('ol[data-list]')].map((list) => [id(list), list.scrollTop]));
  const had = document.activeElement instanceof HTMLElement && document.activeElement.dataset.visit;
  for (const one of sortables) one.destroy();
  columns.replaceChildren(...state.board.crews.map(column));
  tray.replaceChildren(...trayGroups());
  const lists = [...document.querySelectorAll('ol[data-list]')];
  for (const list of lists) list.scrollTop = scrolls.get(id(list)) || 0;
  sortables = mayChange ? lists.map(sortable) : [];
  piece('tray-count').textContent = String(state.board.tray.reduce((sum, group) => sum + group.count, 0));
  if (had) focusRow(state.focus || had);
}

/** @param {Element} list */
function id(list) {
  return /** @type {HTMLElement} */ (list).dataset.list || '';
}

/** @param {Crew} crew */
function column(crew) {
  const head = make('div', 'head', make('span', `letter c${colour(crew.id)}`, letter(crew.id)));
  const title = make('h2', '', crew.id, ' ', make('small', '', crew.members.join(' ')));
  const facts = [say('visits', { count: crew.stops.length }), say('km', { km: crew.km }), say('back_at', { time: clock(crew.end_s) })];
  const line = make('p', 'dim', crew.absent ? `⊘ ${say('absent')}` : crew.stops.length ? facts.join(' · ') : say('no_stops'));
  head.append(make('div', '', title, line));
  if (crew.locked) head.append(lockSign(say('locked')));
  const menu = make('button', 'small more', '⋯');
  menu.type = 'button';
  menu.dataset.menu = crew.id;
  menu.setAttribute('aria-label', say('crew_menu', { crew: crew.id }));
  if (mayChange) head.append(menu);
  head.dataset.grip = crew.id;
  const list = listbox(`${letter(crew.id)} ${crew.id}`, crew.id);
  list.append(...crew.stops.map((stop, row) => stopRow(stop, row, crew)));
  const made = make('section', `column${crew.absent ? ' off' : ''}`, head, list);
  made.dataset.drop = crew.id;
  return made;
}

/** @param {string} name
 * @param {string} key */
function listbox(name, key) {
  const list = make('ol', 'stops');
  list.dataset.list = key;
  list.setAttribute('role', 'listbox');
  list.setAttribute('aria-multiselectable', 'true');
  list.setAttribute('aria-label', name);
  return list;
}

/** @param {import('./board_state.js').Stop} stop
 * @param {number} row
 * @param {Crew} crew */
function stopRow(stop, row, crew) {
  const visit = state.board.visits[stop.id];
  const late = stop.begin_s > stop.arrival_s ? ` ${say('waits', { minutes: Math.round((stop.begin_s - stop.arrival_s) / 60) })}` : '';
  const line = [visit.kind_word, visit.windows.length ? windowsOf(visit) : '', visit.address].filter(Boolean).join(' · ');
  const made = option(stop.id, make('span', `n c${colour(crew.id)}`, String(row + 1)), make('time', '', clock(stop.begin_s)),
    make('b', '', visit.name || visit.account), ...signs(stop.id, visit), make('small', '', line + late));
  return made;
}

/** @param {Visit} visit */
export function windowsOf(visit) {
  return visit.windows.map(([start, end]) => `${clock(start)}–${clock(end)}`).join(' ');
}

/** @param {string} visit
 * @param {...(Node | string)} inside */
function option(visit, ...inside) {
  const made = make('li', '', ...inside);
  made.setAttribute('role', 'option');
  made.dataset.visit = visit;
  made.tabIndex = -1;
  return made;
}

/** Locks and what is broken at a visit.
 * @param {string} name
 * @param {Visit} visit
 * @returns {Node[]} */
function signs(name, visit) {
  const made = [];
  if (visit.pinned_s !== null) made.push(lockSign(say('time_locked', { time: clock(visit.pinned_s) }), clock(visit.pinned_s)));
  else if (visit.pinned_crew) made.push(lockSign(say('locked')));
  for (const one of state.board.broken.filter((broken) => broken.visit === name)) {
    const sign = make('span', one.hard ? 'error' : 'warn', one.hard ? '■' : '△');
    sign.title = one.text;
    sign.append(make('span', 'unseen', one.text));
    made.push(sign);
  }
  return made;
}

/** @param {string} words
 * @param {string} [time] */
function lockSign(words, time = '') {
  const sign = make('span', 'lock');
  const picture = document.createElementNS(SVG, 'svg');
  picture.setAttribute('viewBox', '0 0 12 14');
  picture.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', 'M3 6V4a3 3 0 0 1 6 0v2h1v7H2V6zm1.5 0h3V4a1.5 1.5 0 0 0-3 0z');
  picture.append(path);
  sign.append(picture, make('span', 'unseen', words), time ? '◷' : '');
  sign.title = words;
  return sign;
}

function trayGroups() {
  const off = state.board.tray.find((group) => group.code === 'by_hand');
  const groups = off ? state.board.tray : [{ code: 'by_hand', title: say('to_tray'), action: say('drop_here'), count: 0, visits: [] }, ...state.board.tray];
  return groups.filter((group) => mayChange || group.visits.length).map((group) => {
    const count = make('span', 'count', group.count ? String(group.count) : '');
    const others = group.count - group.visits.length;
    const action = others ? `${group.action} · ${say('others', { count: others })}` : group.action;
    const list = listbox(group.title, '');
    list.classList.add('chips');
    list.append(...group.visits.map((one) => {
      const visit = state.board.visits[one.id];
      const made = option(one.id, visit ? visit.name || visit.account : one.id, ...(visit ? signs(one.id, visit) : []));
      made.title = [one.reason, visit && visit.address].filter(Boolean).join('\n');
      return made;
    }));
    return make('section', `group${group.visits.length ? '' : ' empty'}`, make('h3', '', group.title, ' ', count), make('p', 'dim', action), list);
  });
}

// ---- what is chosen ---------------------------------------------------------------------------------

export function markLists() {
  for (const list of document.querySelectorAll('ol[data-list]')) {
    let stop = null;
    for (const row of /** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll('li'))) {
      const on = state.chosen.includes(row.dataset.visit || '');
      row.setAttribute('aria-selected', String(on));
      row.tabIndex = -1;
      if (!stop || row.dataset.visit === state.focus) stop = row;
    }
    if (stop) stop.tabIndex = 0;
  }
  const row = rowOf(state.focus);
  if (row && !state.dragging) row.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

/** @param {string} visit
 * @returns {HTMLElement | null} */
function rowOf(visit) {
  return visit ? document.querySelector(`li[data-visit="${CSS.escape(visit)}"]`) : null;
}

/** @param {string} visit */
export function focusRow(visit) {
  const row = rowOf(visit);
  if (row) row.focus({ preventScroll: true });
}

// ---- dragged ------------------------------------------------------------------------------------------

/** @param {Element} list */
function sortable(list) {
  return new Sortable(list, {
    group: 'stops',
    sort: id(list) !== '',
    animation: 0,
    forceFallback: true,
    fallbackOnBody: true,
    fallbackTolerance: 4,
    delay: 180,
    delayOnTouchOnly: true,
    scroll: true,
    onChoose: chosen,
    onStart: () => { state.dragging = true; document.body.classList.add('dragging'); },
    onChange: moved,
    onAdd: dropped,
    onUpdate: dropped,
    onEnd: ended,
  });
}

/** The rows that go along with one that is dragged.
 * @param {HTMLElement} item */
function going(item) {
  const visit = item.dataset.visit || '';
  return state.chosen.includes(visit) ? chosenInOrder() : [visit];
}

/** @param {{item: HTMLElement}} event */
function chosen(event) {
  const count = going(event.item).length;
  if (count > 1) event.item.dataset.count = String(count);
}

/** Where rows would stand if they were let go: after how many stops of the list as the server has it.
 * @param {HTMLElement} item
 * @param {HTMLElement} list
 * @returns {import('./board_calls.js').Wish} */
function wishOf(item, list) {
  const visits = going(item);
  const crew = crewOf(id(list));
  if (!crew) return { what: 'move', visits, crew: null };
  let before = /** @type {HTMLElement | null} */ (item.previousElementSibling);
  while (before && visits.includes(before.dataset.visit || '')) before = /** @type {HTMLElement | null} */ (before.previousElementSibling);
  const after = before ? crew.stops.findIndex((stop) => stop.id === before?.dataset.visit) + 1 : 0;
  return { what: 'move', visits, crew: crew.id, after };
}

/** @param {{item: HTMLElement, to: HTMLElement}} event */
function moved(event) {
  const crew = crewOf(id(event.to));
  follow(crew ? `${letter(crew.id)} ${crew.id}` : say('tray'));
  foresee(wishOf(event.item, event.to), showFloat);
}

/** @param {{item: HTMLElement, to: HTMLElement, from: HTMLElement}} event */
function dropped(event) {
  const wish = wishOf(event.item, event.to);
  const same = !crewOf(id(event.to)) && !crewOf(id(event.from));
  const first = (wish.visits || [])[0];
  change(() => (same ? null : wish)).then(() => { if (!same && first) choose(wish.visits || [], event.item.dataset.visit); });
  if (same) drawAll();
}

/** @param {{item: HTMLElement}} event */
function ended(event) {
  delete event.item.dataset.count;
  state.dragging = false;
  document.body.classList.remove('dragging');
  forgetPreview();
  hideFloat();
}

/** What is chosen, in words. */
export function chosenInWords() {
  return state.chosen.length === 1 ? nameOf(state.chosen[0]) : say('selected', { count: state.chosen.length });
}

// @ts-check
/** What the board's page knows: the day as the server last told it, and what is chosen. */

/** @typedef {{id: string, arrival_s: number, begin_s: number, departure_s: number, travel_s: number}} Stop */
/** @typedef {{start_s: number, s: number}} Rest */
/** @typedef {{id: string, members: string[], locked: boolean, absent: boolean, stops: Stop[],
 *   start_s: number | null, end_s: number | null, km: number, rest: Rest | null}} Crew */
/** @typedef {{account: string, name: string, address: string, phone: string, area: string,
 *   kind: string, kind_word: string, lon: number | null, lat: number | null,
 *   windows: [number, number][], deadline: string | null, mandatory: boolean,
 *   pinned_crew: string | null, pinned_s: number | null, why: string}} Visit */
/** @typedef {{rule: string, crew: string, visit: string, hard: boolean, name: string, text: string}} Broken */
/** @typedef {{code: string, title: string, action: string, count: number, visits: {id: string, reason: string}[]}} TrayGroup */
/** @typedef {{revision: number, version: number, outdated: boolean,
 *   station: {name: string, lon: number, lat: number}, slower: number, crews: Crew[],
 *   visits: Record<string, Visit>, tray: TrayGroup[], broken: Broken[],
 *   totals: {visits: number, crews: number, km: number, first_back_s: number | null, last_back_s: number | null},
 *   undo: string | null, redo: string | null, changed: boolean}} Board */
/** @typedef {{crew: string | null, row: number}} Place */

export const root = /** @type {HTMLElement} */ (document.getElementById('board'));
export const base = root.dataset.url || '';
export const station = base.replace(/\/[^/]*$/, '');
export const mayChange = root.dataset.change === 'yes';

/** @type {Record<string, string>} */
const texts = JSON.parse((document.getElementById('texts') || root).textContent || '{}');

/** A sentence of the catalogue with its facts.
 * @param {string} key
 * @param {Record<string, string | number>} [facts] */
export function say(key, facts = {}) {
  return (texts[key] || key).replace(/\{(\w+)\}/g, (_, name) => String(facts[name] ?? ''));
}

/** @param {number | null} seconds */
export function clock(seconds) {
  if (seconds === null) return '–';
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`;
}

/** @typedef {{board: Board, chosen: string[], focus: string, dragging: boolean, working: boolean, offline: boolean}} State */

/** @type {State} */
export const state = {
  board: /** @type {Board} */ (/** @type {unknown} */ (null)),
  chosen: [],
  focus: '',
  dragging: false,
  working: false,
  offline: false,
};

/** @type {{draw: () => void, mark: () => void}[]} */
const views = [];

/** Have something shown: `draw` when the day has changed, `mark` when the choice has.
 * @param {() => void} draw
 * @param {() => void} mark */
export function addView(draw, mark) {
  views.push({ draw, mark });
}

/** @param {Board} board */
export function setBoard(board) {
  state.board = board;
  state.chosen = state.chosen.filter((id) => id in board.visits);
  if (!(state.focus in board.visits)) state.focus = '';
  drawAll();
}

export function drawAll() {
  for (const view of views) view.draw();
  for (const view of views) view.mark();
}

/** Choose visits: the one choice that list, map, time line and tray share.
 * @param {string[]} ids
 * @param {string} [focus] */
export function choose(ids, focus) {
  state.chosen = [...new Set(ids)];
  state.focus = focus ?? (ids.length ? ids[ids.length - 1] : '');
  for (const view of views) view.mark();
}

/** A click on a visit: alone, one more (ctrl), or all up to it (shift).
 * @param {string} id
 * @param {{ctrlKey: boolean, metaKey: boolean, shiftKey: boolean}} event */
export function clicked(id, event) {
  if (event.ctrlKey || event.metaKey) {
    const rest = state.chosen.filter((one) => one !== id);
    choose(rest.length < state.chosen.length ? rest : [...rest, id], id);
  } else if (event.shiftKey && state.focus) {
    const line = siblings(id);
    const [a, b] = [line.indexOf(state.focus), line.indexOf(id)].sort((x, y) => x - y);
    choose(a < 0 ? [...state.chosen, id] : [...state.chosen, ...line.slice(a, b + 1)], id);
  } else {
    choose([id], id);
  }
}

/** Where a visit stands.
 * @param {string} id
 * @returns {Place} */
export function placeOf(id) {
  for (const crew of state.board.crews) {
    const row = crew.stops.findIndex((stop) => stop.id === id);
    if (row >= 0) return { crew: crew.id, row };
  }
  return { crew: null, row: -1 };
}

/** The visits of the same crew, or of the tray, in their order.
 * @param {string} id */
export function siblings(id) {
  const crew = crewOf(placeOf(id).crew);
  if (crew) return crew.stops.map((stop) => stop.id);
  return state.board.tray.flatMap((group) => group.visits.map((visit) => visit.id));
}

/** @param {string | null} id */
export function crewOf(id) {
  return state.board.crews.find((crew) => crew.id === id);
}

/** The letter of a crew: on map, time line and list, so that no colour need be told.
 * @param {string | null} id */
export function letter(id) {
  const at = state.board.crews.findIndex((crew) => crew.id === id);
  return at < 0 ? '–' : String.fromCharCode(65 + (at % 26)) + (at >= 26 ? Math.floor(at / 26) : '');
}

/** Which of six colours a crew has.
 * @param {string | null} id */
export function colour(id) {
  return state.board.crews.findIndex((crew) => crew.id === id) % 6;
}

/** The chosen visits in the order in which they are driven; the tray's last. */
export function chosenInOrder() {
  const all = state.board.crews.flatMap((crew) => crew.stops.map((stop) => stop.id));
  const inRoutes = all.filter((id) => state.chosen.includes(id));
  return [...inRoutes, ...state.chosen.filter((id) => !inRoutes.includes(id))];
}

/** @param {string} id */
export function nameOf(id) {
  const visit = state.board.visits[id];
  return visit ? visit.name || visit.account : id;
}

/** An element with a class and children.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {string} [name]
 * @param {...(Node | string)} inside
 * @returns {HTMLElementTagNameMap[K]} */
export function make(tag, name = '', ...inside) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  made.append(...inside);
  return made;
}

/** A button.
 * @param {string} text
 * @param {() => void} act
 * @param {string} [name] */
export function button(text, act, name = '') {
  const made = make('button', name, text);
  made.type = 'button';
  made.addEventListener('click', act);
  return made;
}

/** A piece of the page that the template has.
 * @param {string} id */
export function piece(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

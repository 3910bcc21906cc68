// @ts-check
/** The time line: a row per crew with rides, doors, waiting, lunch and time windows. */

import { clock, colour, crewOf, letter, make, piece, say, state } from './board_state.js';

/** @typedef {import('./board_state.js').Crew} Crew */
const SVG = 'http://www.w3.org/2000/svg';
const HOUR = 3600;
const [HEIGHT, TOP, DEEP] = [40, 10, 24];
const [EARLY, LATE] = [8 * HOUR, 17 * HOUR];
/** So wide must a door be to bear its number. */
const NUMBERED = 13;

/** @type {{from: number, to: number, width: number}} */
let scale = { from: EARLY, to: LATE, width: 1 };

export function drawTime() {
  const box = piece('time');
  const rows = make('div', 'rows');
  const crews = state.board.crews;
  const starts = crews.map((crew) => crew.start_s ?? EARLY);
  const ends = crews.map((crew) => crew.end_s ?? LATE);
  const label = parseFloat(getComputedStyle(box).getPropertyValue('--label')) || 120;
  scale = {
    from: Math.floor(Math.min(EARLY, ...starts) / HOUR) * HOUR - HOUR / 4,
    to: Math.ceil(Math.max(LATE, ...ends) / HOUR) * HOUR + HOUR / 4,
    width: Math.max(560, box.clientWidth - label - 2),
  };
  rows.append(axis(), ...crews.map(crewRow));
  box.replaceChildren(rows);
}

/** @param {number} time_s */
const x = (time_s) => ((time_s - scale.from) / (scale.to - scale.from)) * scale.width;

/** After how many stops of a crew a pointer stands.
 * @param {string} crew
 * @param {number} clientX */
export function rowsBefore(crew, clientX) {
  const picture = document.querySelector(`#time [data-drop="${CSS.escape(crew)}"] svg`);
  const found = crewOf(crew);
  if (!picture || !found) return 0;
  const at = scale.from + ((clientX - picture.getBoundingClientRect().left) / scale.width) * (scale.to - scale.from);
  return found.stops.filter((stop) => (stop.begin_s + stop.departure_s) / 2 < at).length;
}

/** @param {string} tag
 * @param {Record<string, string | number>} facts
 * @param {string} [text] */
function draw(tag, facts, text) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(facts)) made.setAttribute(name, String(value));
  if (text !== undefined) made.textContent = text;
  return made;
}

/** @param {number} height
 * @param {string} words */
function picture(height, words) {
  const made = draw('svg', { width: scale.width, height, role: 'img' });
  made.setAttribute('aria-label', words);
  for (let hour = Math.ceil(scale.from / HOUR); hour * HOUR <= scale.to; hour += 1) {
    made.append(draw('line', { x1: x(hour * HOUR), x2: x(hour * HOUR), y1: 0, y2: height, class: 'hour' }));
  }
  return made;
}

function axis() {
  const made = picture(20, say('time_line'));
  for (let hour = Math.ceil(scale.from / HOUR); hour * HOUR <= scale.to; hour += 1) {
    made.append(draw('text', { x: x(hour * HOUR), y: 14, class: 'at', 'text-anchor': 'middle' }, `${hour}:00`));
  }
  return make('div', 'crewrow axis', make('div', 'label'), made);
}

/** @param {Crew} crew */
function crewRow(crew) {
  const who = make('button', 'label', make('span', `letter c${colour(crew.id)}`, letter(crew.id)),
    make('span', 'name', crew.id), make('small', '', crew.absent ? say('absent') : `${crew.stops.length} · ${clock(crew.end_s)}`));
  who.type = 'button';
  who.dataset.choose = crew.id;
  who.dataset.grip = crew.id;
  const row = make('div', `crewrow${crew.absent ? ' off' : ''}`, who, dayOf(crew));
  row.dataset.drop = crew.id;
  return row;
}

/** @param {Crew} crew */
function dayOf(crew) {
  const facts = { crew: crew.id, visits: crew.stops.length, start: clock(crew.start_s), end: clock(crew.end_s) };
  const made = picture(HEIGHT, say(crew.stops.length ? 'time_row' : 'time_row_empty', facts));
  if (crew.start_s === null || crew.end_s === null) return made;
  made.append(bar(crew.start_s, crew.end_s, 'ride', HEIGHT / 2 - 2, 4));
  if (crew.rest) made.append(lunch(crew.rest));
  crew.stops.forEach((stop, row) => {
    if (stop.begin_s > stop.arrival_s) made.append(bar(stop.arrival_s, stop.begin_s, 'wait', TOP + 6, DEEP - 12));
    made.append(door(stop, row, crew));
  });
  return made;
}

/** @param {number} from
 * @param {number} to
 * @param {string} name
 * @param {number} y
 * @param {number} height */
function bar(from, to, name, y, height) {
  return draw('rect', { x: x(from), width: Math.max(1, x(to) - x(from)), y, height, class: name });
}

/** @param {import('./board_state.js').Rest} rest */
function lunch(rest) {
  const made = draw('g', { class: 'lunch' });
  made.append(bar(rest.start_s, rest.start_s + rest.s, 'box', TOP, DEEP));
  made.append(draw('text', { x: x(rest.start_s + rest.s / 2), y: TOP + 16, 'text-anchor': 'middle' }, say('lunch')));
  return made;
}

/** @param {import('./board_state.js').Stop} stop
 * @param {number} row
 * @param {Crew} crew */
function door(stop, row, crew) {
  const visit = state.board.visits[stop.id];
  const broken = state.board.broken.filter((one) => one.visit === stop.id);
  const made = draw('g', { class: `door c${colour(crew.id)}`, 'data-visit': stop.id });
  const width = Math.max(3, x(stop.departure_s) - x(stop.begin_s) - 1);
  made.append(draw('title', {}, `${row + 1} ${clock(stop.begin_s)} ${visit.name || visit.account}`));
  made.append(draw('rect', { x: x(stop.begin_s), width, y: TOP, height: DEEP, rx: 2 }));
  for (const [start, end] of visit.windows) {
    const [left, right] = [Math.max(start, scale.from), Math.min(end, scale.to)];
    made.append(draw('path', { d: `M${x(left)} 8V5H${x(right)}V8`, class: 'window' }));
  }
  const middle = x(stop.begin_s) + width / 2;
  if (width >= NUMBERED) made.append(draw('text', { x: middle, y: TOP + 16, 'text-anchor': 'middle' }, String(row + 1)));
  if (visit.pinned_s !== null || visit.pinned_crew) made.append(draw('path', { d: `M${middle - 3} 39v-3h6v3zm1.5 -3v-1a1.5 1.5 0 0 1 3 0v1`, class: 'pin' }));
  if (broken.length) {
    const hard = broken.some((one) => one.hard);
    made.append(draw('text', { x: middle, y: 9, 'text-anchor': 'middle', class: hard ? 'hard' : 'soft' }, hard ? '■' : '△'));
  }
  return made;
}

export function markTime() {
  for (const one of document.querySelectorAll('#time [data-visit]')) {
    one.classList.toggle('chosen', state.chosen.includes(one.getAttribute('data-visit') || ''));
  }
}

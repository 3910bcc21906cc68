// @ts-check
/** What can be done with what is chosen: the card below the map, "move to", a crew's menu. */

import { brokenLine, change, foresee, forgetPreview } from './board_calls.js';
import { button, choose, chosenInOrder, clock, crewOf, letter, make, mayChange, nameOf, piece, placeOf, say, state, station } from './board_state.js';
import { chosenInWords, windowsOf } from './board_lists.js';

/** @param {string} id */
const dialog = (id) => /** @type {HTMLDialogElement} */ (piece(id));
/** @param {string} id */
const choice = (id) => /** @type {HTMLSelectElement} */ (piece(id));

// ---- the card -----------------------------------------------------------------------------------

export function markCard() {
  const card = piece('card');
  if (!state.chosen.length) return void card.replaceChildren(...rules());
  const one = state.chosen.length === 1 ? state.chosen[0] : '';
  const act = mayChange ? [make('div', 'act', ...actions(one))] : [];
  card.replaceChildren(...(one ? about(one) : [make('p', '', make('b', '', chosenInWords()))]), ...act);
}

/** With nothing chosen the card tells what is broken.
 * @returns {Node[]} */
function rules() {
  const { broken } = state.board;
  const hard = broken.filter((one) => one.hard).length;
  const heads = [];
  if (hard) heads.push(make('b', 'error', `■ ${say('hard', { count: hard })}`));
  if (broken.length > hard) heads.push(make('b', 'warn', `△ ${say('soft', { count: broken.length - hard })}`));
  if (!broken.length) heads.push(make('b', 'ok', `✓ ${say('no_break')}`));
  const lines = broken.map((one) => {
    if (!(one.visit in state.board.visits)) return brokenLine(one);
    return button(brokenLine(one).textContent || '', () => choose([one.visit]), `link ${one.hard ? 'error' : 'warn'}`);
  });
  return [make('p', 'line', ...heads), ...lines, make('p', 'dim keys', say(mayChange ? 'keys' : 'only_look'))];
}

/** @param {string} id
 * @returns {Node[]} */
function about(id) {
  const visit = state.board.visits[id];
  const { crew, row } = placeOf(id);
  const stop = crewOf(crew)?.stops[row];
  const link = make('a', '', visit.name || visit.account);
  link.href = `${station}/customers/${encodeURIComponent(visit.account)}`;
  const where = stop ? `${letter(crew)}${row + 1} · ${clock(stop.begin_s)}–${clock(stop.departure_s)}` : reasonOf(id);
  const facts = [visit.kind_word, visit.deadline ? `${say('deadline')} ${visit.deadline}` : '',
    visit.windows.length ? `${say('window')} ${windowsOf(visit)}` : '', visit.phone].filter(Boolean);
  const broken = state.board.broken.filter((one) => one.visit === id).map(brokenLine);
  return [make('p', '', make('b', '', link), ' ', make('span', 'dim', where)), make('p', 'dim', visit.address),
    make('p', '', facts.join(' · ')), ...broken];
}

/** @param {string} id */
function reasonOf(id) {
  for (const group of state.board.tray) {
    const found = group.visits.find((one) => one.id === id);
    if (found) return found.reason;
  }
  return '';
}

/** @param {string} one
 * @returns {Node[]} */
function actions(one) {
  const made = [button(`${say('move_to')} M`, openMove, 'small')];
  const inRoute = state.chosen.some((id) => placeOf(id).crew);
  if (one && inRoute) {
    const visit = state.board.visits[one];
    made.push(button(`${say(visit.pinned_crew ? 'unlock' : 'lock')} L`, () => lock('visit'), 'small'));
    made.push(button(say(visit.pinned_s === null ? 'lock_time' : 'unlock_time'), () => lock('time'), 'small'));
  }
  if (inRoute) made.push(button(say('to_tray'), toTray, 'small'));
  made.push(button(say('close'), () => choose([]), 'small'));
  return made;
}

/** Lock what is chosen, or take its lock off.
 * @param {'visit' | 'time'} kind */
export function lock(kind) {
  for (const name of state.chosen.filter((id) => placeOf(id).crew)) {
    change(() => {
      const visit = state.board.visits[name];
      const on = kind === 'time' ? visit.pinned_s === null : !visit.pinned_crew;
      return { what: 'lock', kind, name, on };
    });
  }
}

export function toTray() {
  const visits = chosenInOrder().filter((id) => placeOf(id).crew);
  if (visits.length) change(() => ({ what: 'move', visits, crew: null }));
}

// ---- move to ----------------------------------------------------------------------------------------

export function openMove() {
  if (!state.chosen.length || !mayChange) return;
  piece('move-what').textContent = chosenInWords();
  const crews = choice('move-crew');
  const from = placeOf(state.chosen[0]).crew;
  const going = state.board.crews.filter((crew) => !crew.absent);
  crews.replaceChildren(...going.map((crew) => new Option(`${letter(crew.id)} ${crew.id} · ${say('visits', { count: crew.stops.length })}`, crew.id)));
  if (from) crews.append(new Option(say('tray'), ''));
  const other = going.find((crew) => crew.id !== from);
  crews.value = other ? other.id : from || '';
  positions();
  dialog('move').showModal();
  crews.focus();
}

function positions() {
  const crew = crewOf(choice('move-crew').value);
  const made = [new Option(say('cheapest'), '')];
  (crew ? crew.stops : []).forEach((stop, row) => {
    made.push(new Option(`${say('position', { n: row + 1 })} · ${say('before', { name: nameOf(stop.id) })}`, String(row)));
  });
  if (crew && crew.stops.length) made.push(new Option(say('at_end'), String(crew.stops.length)));
  choice('move-after').replaceChildren(...made);
  choice('move-after').disabled = !crew;
  look();
}

/** @returns {import('./board_calls.js').Wish} */
function wish() {
  const crew = choice('move-crew').value || null;
  const after = choice('move-after').value;
  return { what: 'move', visits: chosenInOrder(), crew, after: crew && after !== '' ? Number(after) : null };
}

function look() {
  foresee(wish(), (lines) => piece('move-costs').replaceChildren(...lines));
}

// ---- a crew's menu ------------------------------------------------------------------------------------

/** @param {string} id */
export function openCrew(id) {
  const crew = crewOf(id);
  if (!crew) return;
  const box = dialog('crew');
  piece('crew-what').textContent = `${letter(id)} ${id} ${crew.members.join(' ')}`;
  /** @param {string} text
   * @param {import('./board_calls.js').Wish} wanted */
  const item = (text, wanted) => button(text, () => { box.close(); change(() => wanted); });
  const items = [];
  if (crew.stops.length) {
    items.push(item(say(crew.locked ? 'unlock_crew' : 'lock_crew'), { what: 'lock', kind: 'crew', name: id, on: !crew.locked }));
    for (const other of state.board.crews.filter((one) => one.id !== id && !one.absent)) {
      items.push(item(say('route_to_crew', { crew: `${letter(other.id)} ${other.id}` }), { what: 'route', crew: id, to: other.id }));
    }
  }
  items.push(item(say(crew.absent ? 'well' : 'ill'), { what: 'absent', crew: id, on: !crew.absent }));
  piece('crew-items').replaceChildren(...items);
  box.showModal();
}

export function beginMenus() {
  choice('move-crew').addEventListener('change', positions);
  choice('move-after').addEventListener('change', look);
  dialog('move').addEventListener('close', () => {
    forgetPreview();
    piece('move-costs').replaceChildren();
    if (dialog('move').returnValue === 'go') {
      const wanted = wish();
      change(() => wanted);
    }
    dialog('move').returnValue = '';
  });
}

// @ts-check
/** The board: the day drawn four times over one choice; buttons and keys. */

import { change, complete, followJob, refresh, step } from './board_calls.js';
import { beginAdding } from './board_add.js';
import { beginDragging } from './board_float.js';
import { drawLists, focusRow, markLists } from './board_lists.js';
import { drawMap, markMap } from './board_map.js';
import { beginMenus, lock, markCard, openCrew, openMove, toTray } from './board_menu.js';
import { addView, choose, chosenInOrder, clicked, clock, crewOf, mayChange, piece, placeOf, root, say, siblings, state } from './board_state.js';
import { drawTime, markTime } from './board_time.js';

// ---- the bar ---------------------------------------------------------------------------------------

function drawBar() {
  const { board } = state;
  const { totals } = board;
  piece('totals').textContent = say('totals', { crews: totals.crews, visits: totals.visits, km: totals.km,
    first: clock(totals.first_back_s), last: clock(totals.last_back_s) });
  name('undo', '↶', board.undo);
  name('redo', '↷', board.redo);
  for (const id of ['changes', 'drop']) {
    const knob = document.getElementById(id);
    if (knob) knob.hidden = !board.changed && board.revision < 0;
  }
  const { broken } = board;
  const hard = broken.filter((one) => one.hard).length;
  const verdict = piece('verdict');
  verdict.textContent = hard ? `■ ${say('hard', { count: hard })}` : broken.length ? `△ ${say('soft', { count: broken.length })}` : `✓ ${say('no_break')}`;
  verdict.className = hard ? 'error' : broken.length ? 'warn' : 'ok';
  const outdated = piece('outdated');
  outdated.hidden = !board.outdated;
  outdated.textContent = `△ ${say('outdated', { version: board.version })}`;
}

/** @param {'undo' | 'redo'} id
 * @param {string} sign
 * @param {string | null} what */
function name(id, sign, what) {
  const knob = /** @type {HTMLButtonElement | null} */ (document.getElementById(id));
  if (!knob) return;
  knob.disabled = what === null;
  knob.textContent = `${sign} ${say(id)}${what ? `: ${what}` : ''}`;
  knob.title = knob.textContent;
}

// ---- clicks ----------------------------------------------------------------------------------------

/** @param {MouseEvent} event */
function onClick(event) {
  const target = /** @type {Element} */ (event.target);
  const menu = /** @type {HTMLElement | null} */ (target.closest('[data-menu]'));
  if (menu) return openCrew(menu.dataset.menu || '');
  const whole = /** @type {HTMLElement | null} */ (target.closest('[data-choose]'));
  if (whole) return choose((crewOf(whole.dataset.choose || '')?.stops || []).map((stop) => stop.id));
  const visit = target.closest('#map') ? null : target.closest('[data-visit]');
  if (visit) {
    clicked(visit.getAttribute('data-visit') || '', event);
    if (visit instanceof HTMLElement) visit.focus({ preventScroll: true });
  }
}

function beginButtons() {
  root.addEventListener('click', onClick);
  /** @type {Record<string, () => void>} */
  const acts = { undo: () => step('undo'), redo: () => step('redo'), complete,
    drop: () => { if (window.confirm(say('drop_sure'))) step('drop'); } };
  for (const [id, act] of Object.entries(acts)) document.getElementById(id)?.addEventListener('click', act);
}

// ---- keys ------------------------------------------------------------------------------------------

/** @param {KeyboardEvent} event */
function onKey(event) {
  const target = /** @type {Element} */ (event.target);
  if (target.closest('input, select, textarea, dialog')) return;
  const act = keyed(event, target);
  if (!act) return;
  event.preventDefault();
  act();
}

/** @param {KeyboardEvent} event
 * @param {Element} target
 * @returns {(() => void) | null} */
function keyed(event, target) {
  const { key } = event;
  if (event.ctrlKey || event.metaKey) {
    const again = key.toLowerCase() === 'y' || (event.shiftKey && key.toLowerCase() === 'z');
    if (mayChange && again) return () => step('redo');
    if (mayChange && key.toLowerCase() === 'z') return () => step('undo');
    if (key.toLowerCase() === 'a' && state.focus) return () => choose(siblings(state.focus), state.focus);
    return null;
  }
  if (key === 'Escape') return () => choose([]);
  if (mayChange && state.chosen.length) {
    if (event.altKey && key === 'ArrowUp') return () => reorder(-1);
    if (event.altKey && key === 'ArrowDown') return () => reorder(1);
    if (event.altKey && key === 'ArrowLeft') return () => toNeighbour(-1);
    if (event.altKey && key === 'ArrowRight') return () => toNeighbour(1);
    if (key.toLowerCase() === 'm') return openMove;
    if (key.toLowerCase() === 'l') return () => lock(event.shiftKey ? 'time' : 'visit');
    if (key === 'Delete') return toTray;
  }
  if (target.closest('ol[data-list]') || target === document.body) return arrows(event);
  return null;
}

/** @param {KeyboardEvent} event
 * @returns {(() => void) | null} */
function arrows(event) {
  const on = state.focus || state.board.crews.flatMap((crew) => crew.stops)[0]?.id;
  if (!on) return null;
  const line = siblings(on);
  const at = line.indexOf(on);
  const steps = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: line.length - 1 };
  const to = steps[/** @type {'Home'} */ (event.key)];
  if (to !== undefined) {
    const next = state.focus ? line[Math.max(0, Math.min(line.length - 1, to))] : on;
    return () => go(next, event.shiftKey);
  }
  if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return null;
  const next = sideways(on, event.key === 'ArrowLeft' ? -1 : 1);
  return next ? () => go(next, false) : null;
}

/** The visit beside, in the list of the next crew that has one; beyond the last stands the tray.
 * @param {string} on
 * @param {number} by */
function sideways(on, by) {
  const lists = [...state.board.crews.map((crew) => crew.stops.map((stop) => stop.id)),
    state.board.tray.flatMap((group) => group.visits.map((visit) => visit.id))];
  const { crew, row } = placeOf(on);
  let at = crew ? state.board.crews.findIndex((one) => one.id === crew) : lists.length - 1;
  for (at += by; at >= 0 && at < lists.length; at += by) {
    if (lists[at].length) return lists[at][Math.max(0, Math.min(row, lists[at].length - 1))];
  }
  return null;
}

/** @param {string} visit
 * @param {boolean} more */
function go(visit, more) {
  choose(more ? [...state.chosen, visit] : [visit], visit);
  focusRow(visit);
}

/** @param {number} by */
function reorder(by) {
  const visits = chosenInOrder();
  change(() => {
    const { crew, row } = placeOf(by < 0 ? visits[0] : visits[visits.length - 1]);
    const stops = crewOf(crew)?.stops.length || 0;
    const after = by < 0 ? row - 1 : row + 2;
    return crew && after >= 0 && after <= stops ? { what: 'move', visits, crew, after } : null;
  });
}

/** @param {number} by */
function toNeighbour(by) {
  const visits = chosenInOrder();
  change(() => {
    const crews = state.board.crews.filter((crew) => !crew.absent);
    const from = crews.findIndex((crew) => crew.id === placeOf(visits[0]).crew);
    const to = from < 0 ? crews[0] : crews[from + by];
    return to ? { what: 'move', visits, crew: to.id, after: null } : null;
  });
}

// ---- begin -----------------------------------------------------------------------------------------

addView(drawBar, () => {});
addView(drawTime, markTime);
addView(drawLists, markLists);
addView(drawMap, markMap);
addView(() => {}, markCard);
beginButtons();
if (mayChange) {
  beginMenus();
  beginAdding();
  beginDragging();
}
document.addEventListener('keydown', onKey);
document.addEventListener('visibilitychange', () => { if (!document.hidden && state.board) refresh(); });
window.addEventListener('resize', () => { if (state.board && !state.dragging) { drawTime(); markTime(); } });
refresh().then(() => { if (root.dataset.job) followJob(Number(root.dataset.job)); });

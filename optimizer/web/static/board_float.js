// @ts-check
/** The note beside the pointer while something is dragged; and dragging from time line and heads. */

import { change, foresee, forgetPreview } from './board_calls.js';
import { choose, chosenInOrder, letter, make, mayChange, nameOf, piece, say, state } from './board_state.js';
import { rowsBefore } from './board_time.js';

const FAR = 6;
const ASIDE = 18;

/** @param {string} [title] */
export function follow(title) {
  const box = piece('float');
  if (title !== undefined && box.dataset.title !== title) {
    box.dataset.title = title;
    box.replaceChildren(make('b', '', `→ ${title}`));
  }
  box.hidden = false;
}

/** @param {Node[]} lines */
export function showFloat(lines) {
  const box = piece('float');
  box.replaceChildren(make('b', '', `→ ${box.dataset.title || ''}`), ...lines);
  box.hidden = false;
}

export function hideFloat() {
  const box = piece('float');
  box.hidden = true;
  delete box.dataset.title;
}

window.addEventListener('pointermove', (event) => {
  const box = piece('float');
  const x = Math.min(event.clientX + ASIDE, window.innerWidth - 270);
  const y = Math.min(event.clientY + ASIDE, window.innerHeight - box.offsetHeight - 8);
  box.style.transform = `translate(${Math.max(4, x)}px, ${Math.max(4, y)}px)`;
}, { passive: true, capture: true });

// ---- a bar of the time line, or the head of a crew ----------------------------------------------------

/** @typedef {{crew: string, visits: string[], x: number, y: number, over: string, on: boolean}} Held */
/** @type {Held | null} */
let held = null;

/** @param {PointerEvent} event */
function take(event) {
  const target = /** @type {Element} */ (event.target);
  if (!mayChange || event.button !== 0 || target.closest('button.more, li')) return;
  const bar = /** @type {HTMLElement | null} */ (target.closest('#time [data-visit]'));
  const head = /** @type {HTMLElement | null} */ (target.closest('[data-grip]'));
  const visit = bar ? bar.dataset.visit || '' : '';
  const visits = visit && state.chosen.includes(visit) ? chosenInOrder() : visit ? [visit] : [];
  if (bar || head) held = { crew: head && !bar ? head.dataset.grip || '' : '', visits, x: event.clientX, y: event.clientY, over: '', on: false };
}

/** @param {PointerEvent} event */
function move(event) {
  if (!held) return;
  if (!held.on && Math.hypot(event.clientX - held.x, event.clientY - held.y) < FAR) return;
  if (!held.on) {
    held.on = state.dragging = true;
    document.body.classList.add('dragging');
  }
  const wish = under(event, held);
  const over = JSON.stringify(wish);
  if (over === held.over) return;
  held.over = over;
  for (const one of document.querySelectorAll('.over')) one.classList.remove('over');
  if (!wish) return void (forgetPreview(), hideFloat());
  const to = wish.what === 'route' ? wish.to || '' : wish.crew;
  const what = held.crew ? say('all_of', { crew: letter(held.crew) }) : held.visits.length > 1 ? say('selected', { count: held.visits.length }) : nameOf(held.visits[0]);
  dropZone(event)?.classList.add('over');
  follow(`${to ? letter(to) : say('tray')} · ${what}`);
  foresee(wish, showFloat);
}

/** @param {PointerEvent} event
 * @returns {HTMLElement | null} */
function dropZone(event) {
  const at = document.elementFromPoint(event.clientX, event.clientY);
  return at ? at.closest('[data-drop]') : null;
}

/** @param {PointerEvent} event
 * @param {Held} what
 * @returns {import('./board_calls.js').Wish | null} */
function under(event, what) {
  const zone = dropZone(event);
  const to = zone ? zone.dataset.drop : undefined;
  if (!zone || to === undefined) return null;
  if (what.crew) return to && to !== what.crew ? { what: 'route', crew: what.crew, to } : null;
  if (!to) return { what: 'move', visits: what.visits, crew: null };
  const after = zone.closest('#time') ? rowsBefore(to, event.clientX) : null;
  return { what: 'move', visits: what.visits, crew: to, after };
}

/** @param {PointerEvent} event */
function release(event) {
  if (!held) return;
  const { on, visits } = held;
  const wish = on ? under(event, held) : null;
  held = null;
  if (!on) return;
  state.dragging = false;
  document.body.classList.remove('dragging');
  for (const one of document.querySelectorAll('.over')) one.classList.remove('over');
  forgetPreview();
  hideFloat();
  window.addEventListener('click', (click) => click.stopPropagation(), { capture: true, once: true });
  window.setTimeout(() => window.dispatchEvent(new Event('click')), 0);
  if (wish) change(() => wish).then(() => { if (visits.length) choose(visits); });
}

function giveUp() {
  if (held && held.on) {
    state.dragging = false;
    document.body.classList.remove('dragging');
    forgetPreview();
    hideFloat();
  }
  held = null;
}

export function beginDragging() {
  document.addEventListener('pointerdown', take);
  document.addEventListener('pointermove', move);
  document.addEventListener('pointerup', release);
  document.addEventListener('pointercancel', giveUp);
  document.addEventListener('keydown', (event) => { if (event.key === 'Escape') giveUp(); });
}

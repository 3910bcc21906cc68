// @ts-check
/** One more customer: found as he is typed, with the three best places; one click adds him. */

import { Gone, ask, change } from './board_calls.js';
import { base, button, choose, clock, letter, make, piece, say, state, station } from './board_state.js';

/** @typedef {{account: string, name: string, address: string}} Found */
/** @typedef {{crew: string, after: number, begin_s: number, minutes: number, later: number}} Fit */
const TYPED_MS = 150;
let waiting = 0;
let question = 0;

export function beginAdding() {
  const box = /** @type {HTMLInputElement} */ (piece('add'));
  box.addEventListener('input', () => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(() => find(box.value.trim()), TYPED_MS);
  });
  box.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') close();
    if (event.key === 'ArrowDown') /** @type {HTMLElement | null} */ (piece('adding').querySelector('button'))?.focus();
  });
  piece('adding').addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'Escape') { close(); box.focus(); }
    if (!step) return;
    const all = /** @type {HTMLElement[]} */ ([...piece('adding').querySelectorAll('button')]);
    const next = all.indexOf(/** @type {HTMLElement} */ (document.activeElement)) + step;
    (all[next] || box).focus();
    event.preventDefault();
    event.stopPropagation();
  });
}

function close() {
  question += 1;
  piece('adding').replaceChildren();
  /** @type {HTMLInputElement} */ (piece('add')).value = '';
}

/** @param {...Node} lines */
function show(...lines) {
  piece('adding').replaceChildren(...lines);
}

/** @param {string} wanted */
async function find(wanted) {
  const mine = (question += 1);
  if (!wanted) return show();
  try {
    const told = await ask(`${station}/search?q=${encodeURIComponent(wanted)}`);
    if (mine !== question) return;
    const rows = /** @type {Found[]} */ (told.found).map((one) => {
      const made = button('', () => places(one));
      made.append(make('b', '', one.name || one.account), ` ${one.account} `, make('small', '', one.address));
      return made;
    });
    show(...(rows.length ? rows : [make('p', 'dim', say('nobody'))]));
  } catch (error) {
    refused(mine, error);
  }
}

/** @param {number} mine
 * @param {unknown} error */
function refused(mine, error) {
  if (mine === question) show(make('p', 'error', error instanceof Gone ? say('unsent') : String(/** @type {Error} */ (error).message)));
}

/** @param {Found} one */
async function places(one) {
  const mine = (question += 1);
  const here = Object.entries(state.board.visits).find(([, visit]) => visit.account === one.account);
  if (here) choose([here[0]]);
  show(make('p', 'dim', '…'));
  try {
    const told = await ask(`${base}/places/${encodeURIComponent(one.account)}`);
    if (mine !== question) return;
    const fits = /** @type {Fit[]} */ (told.places).map((fit) => button(inWords(fit), () => {
      close();
      change(() => ({ what: 'call', account: one.account, crew: fit.crew, after: fit.after })).then(() => {
        const added = Object.entries(state.board.visits).find(([, visit]) => visit.account === one.account);
        if (added) choose([added[0]]);
      });
    }));
    show(make('p', '', make('b', '', one.name || one.account), ` · ${say('best_places')}`), ...(fits.length ? fits : [make('p', 'warn', told.none)]));
    /** @type {HTMLElement | null} */ (piece('adding').querySelector('button'))?.focus();
  } catch (error) {
    refused(mine, error);
  }
}

/** @param {Fit} fit */
function inWords(fit) {
  const later = fit.later ? ` · ${say('later', { crew: letter(fit.crew), minutes: fit.later })}` : '';
  return `${letter(fit.crew)}${fit.after + 1} · ${clock(fit.begin_s)} · ${say('minutes_more', { minutes: fit.minutes })}${later}`;
}

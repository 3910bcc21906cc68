// @ts-check
/** What a typed sheet's rows are made of, and whether two rows say the same. */

/**
 * @typedef {import('./evening_queue.js').Typed} Typed
 * @typedef {{id: string, result: number, typed: boolean, who: string, codes: number[],
 *   repaired: boolean, note: string, opinion: string, ticks: string, pieces: Record<string, number>}} Reported
 */

/** @param {string} tag
 * @param {string} look
 * @param {string} [text] */
export function make(tag, look, text) {
  const node = document.createElement(tag);
  if (look) node.className = look;
  if (text !== undefined) node.textContent = text;
  return node;
}

/** @param {string} text
 * @param {() => void} act */
export function push(text, act) {
  const node = /** @type {HTMLButtonElement} */ (make('button', 'small', text));
  node.type = 'button';
  node.addEventListener('click', act);
  return node;
}

/** @param {string} name
 * @param {string} label
 * @param {string} type */
export function input(name, label, type = 'text') {
  const node = /** @type {HTMLInputElement} */ (document.createElement('input'));
  Object.assign(node, { name, type, autocomplete: 'off' });
  node.setAttribute('aria-label', label);
  return node;
}

/**
 * Ticks that say more than that all is well.
 * @param {string} ticks
 */
export function kept(ticks) { return ticks.replace(/1/g, '0').replace(/0+$/, ''); }

/** @param {Typed | Reported | undefined} one */
export function wordsOf(one) {
  if (!one) return JSON.stringify([0, '', false, '', '', '', []]);
  const pieces = Object.entries(one.pieces).filter((entry) => entry[1]).sort();
  return JSON.stringify([one.result, one.codes.join(), one.repaired, one.note, one.opinion,
    one.ticks || '', pieces]);
}

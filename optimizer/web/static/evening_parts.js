// @ts-check
/** What a typed sheet's rows are made of, and whether two rows say the same. */

/**
 * @typedef {import('./evening_queue.js').Typed} Typed
 * @typedef {{id: string, result: number, typed: boolean, who: string, codes: number[],
 *   repaired: number[], note: string, opinion: string, ticks: string, pieces: Record<string, number>}} Reported
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

/** Digits and stars as they are meant, whatever an input method made of them; words stay.
 * @param {HTMLInputElement} cell */
export function narrow(cell) {
  if (cell.name === 'opinion') return;
  const plain = cell.value.replace(/^[\s\d０-９*＊,，、;；]+/, (part) => part.normalize('NFKC'));
  if (plain !== cell.value) cell.value = plain;
}

/** Findings as they are typed: a star for those put right, unless that is so for all.
 * @param {Typed | Reported} one */
export function codesOf(one) {
  const some = one.repaired.length < one.codes.length;
  return one.codes.map((code) => `${code}${some && one.repaired.includes(code) ? '*' : ''}`).join(' ');
}

/** @param {Typed | Reported | undefined} one */
export function wordsOf(one) {
  if (!one) return JSON.stringify([0, '', '', '', '', '', []]);
  const pieces = Object.entries(one.pieces).filter((entry) => entry[1]).sort();
  return JSON.stringify([one.result, one.codes.join(), one.repaired.join(), one.note, one.opinion,
    one.ticks || '', pieces]);
}

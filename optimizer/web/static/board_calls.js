// @ts-check
/** What the board's page asks of the server: one change after the other, previews in between. */

import { base, clock, crewOf, drawAll, letter, make, piece, say, setBoard, state, station } from './board_state.js';

/** @typedef {{what: string, visits?: string[], crew?: string | null, to?: string, after?: number | null,
 *   kind?: string, name?: string, on?: boolean, account?: string, slower?: number}} Wish */
/** @typedef {import('./board_state.js').Broken} Broken */
/** @typedef {{minutes: number, km: number, later: Record<string, number>, broken: Broken[], after: number | null}} Foreseen */
/** @typedef {{error: string, who: string, did: string, at: string, wanted: string,
 *   board: import('./board_state.js').Board}} Stale */

const PREVIEW_MS = 60;
const RETRY_MS = 2000;
const JOB_MS = 400;

/** An answer that is not what was asked for. */
class Refused extends Error {
  /** @param {number} status
   * @param {any} body */
  constructor(status, body) {
    super((body && body.error) || String(status));
    this.status = status;
    this.body = body;
  }
}

/** There is no answer. */
export class Gone extends Error {}

/** @param {string} url @param {unknown} [body] @param {AbortSignal} [signal] @returns {Promise<any>}
 * @throws {Refused | Gone} */
export async function ask(url, body, signal) {
  const headers = { Accept: 'application/json', 'Content-Type': 'application/json' };
  const options = body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) };
  const answer = await fetch(url, { ...options, signal }).catch(() => { throw new Gone(); });
  if (answer.status === 401) window.location.assign('/sign-in');
  const told = await answer.json().catch(() => null);
  if (answer.ok && told === null) throw new Gone();
  if (!answer.ok) throw new Refused(answer.status, told);
  return told;
}

/** A line about what has happened; empty to take it away.
 * @param {string} text
 * @param {boolean} [bad] */
export function tell(text, bad = false) {
  const line = piece('told');
  line.textContent = text;
  line.className = bad ? 'error' : 'ok';
  line.hidden = !text;
}

// ---- changes ----------------------------------------------------------------------------------

let turn = Promise.resolve();

/** Make a change after those before it; what it is is asked when its turn comes.
 * @param {() => Wish | null} wanted */
export function change(wanted) {
  turn = turn.then(async () => {
    const wish = wanted();
    if (wish) await post('/board/edit', () => ({ ...fitted(wish), revision: state.board.revision }));
  });
  return turn;
}

/** Undo, redo or drop; with nothing to undo or redo nothing is asked.
 * @param {'undo' | 'redo' | 'drop'} step */
export function step(step) {
  turn = turn.then(async () => {
    if (step !== 'drop' && !state.board[step]) return;
    await post(`/board/${step}`, () => ({ revision: state.board.revision }));
  });
  return turn;
}

/** A position that exists, where others have shortened the route meanwhile.
 * @param {Wish} wish */
function fitted(wish) {
  const crew = crewOf(wish.crew ?? null);
  if (!crew || wish.after === undefined || wish.after === null) return wish;
  return { ...wish, after: Math.min(wish.after, crew.stops.length) };
}

/** @param {string} path
 * @param {() => unknown} body */
async function post(path, body) {
  if (state.offline || state.working) {
    if (state.working) tell(say('wait_for_plan'), true);
    drawAll();
    return;
  }
  setBusy(true);
  try {
    const board = await ask(base + path, body());
    tell('');
    setBoard(board);
  } catch (error) {
    await failed(error, () => post(path, body));
  } finally {
    setBusy(false);
  }
}

/** @param {boolean} busy */
function setBusy(busy) {
  piece('board').setAttribute('aria-busy', String(busy));
}

/** Nothing of a change that failed stays on the page.
 * @param {unknown} error
 * @param {() => Promise<void>} again */
async function failed(error, again) {
  if (error instanceof Gone) {
    gone();
  } else if (!(error instanceof Refused)) {
    throw error;
  } else if (error.status === 409 && error.body && error.body.board) {
    setBoard(error.body.board);
    if (await mineAgain(error.body)) await again();
    return;
  } else {
    tell(error.message, true);
  }
  drawAll();
}

/** Ask whether to do one's own change on top of the other's.
 * @param {Stale} stale
 * @returns {Promise<boolean>} */
function mineAgain(stale) {
  const dialog = /** @type {HTMLDialogElement} */ (piece('stale'));
  piece('stale-they').textContent = say('they_did', { who: stale.who || '–', name: stale.did || '–' });
  piece('stale-at').textContent = stale.at.replace('T', ' ').slice(0, 16);
  const mine = /** @type {HTMLButtonElement} */ (piece('stale-mine'));
  mine.textContent = stale.wanted ? say('mine', { name: stale.wanted }) : say('mine_step');
  dialog.returnValue = 'theirs';
  dialog.showModal();
  return new Promise((done) => {
    dialog.addEventListener('close', () => done(dialog.returnValue === 'mine'), { once: true });
  });
}

// ---- a server that is gone ----------------------------------------------------------------------

function gone() {
  piece('offline').hidden = false;
  if (state.offline) return;
  state.offline = true;
  window.setTimeout(comeBack, RETRY_MS);
}

async function comeBack() {
  try {
    const board = await ask(`${base}/board.json`);
    state.offline = false;
    piece('offline').hidden = true;
    setBoard(board);
    setBusy(false);
  } catch {
    window.setTimeout(comeBack, RETRY_MS);
  }
}

/** The day as it is now; told if somebody else has changed it. */
export async function refresh() {
  if (state.dragging || state.working || state.offline) return;
  try {
    const before = state.board;
    const board = await ask(`${base}/board.json`);
    if (before && before === state.board && board.revision !== before.revision) tell(say('stale'));
    if (before === state.board) setBoard(board);
    if (!before) setBusy(false);
  } catch (error) {
    if (error instanceof Gone) gone();
    else if (error instanceof Refused) tell(error.message, true);
    else throw error;
  }
}

// ---- previews -----------------------------------------------------------------------------------

let waiting = 0;
/** @type {AbortController | null} */
let asked = null;

/** Tell what a change would cost and break; only the latest question is answered.
 * @param {Wish} wish
 * @param {(lines: Node[]) => void} show */
export function foresee(wish, show) {
  forgetPreview();
  waiting = window.setTimeout(async () => {
    const mine = (asked = new AbortController());
    try {
      const seen = await ask(`${base}/board/preview`, wish, mine.signal);
      if (asked === mine) show(inWords(seen));
    } catch (error) {
      if (asked !== mine) return;
      if (error instanceof Refused) show([make('p', 'error', `■ ${error.message}`)]);
      else if (error instanceof Gone) gone();
      else throw error;
    }
  }, PREVIEW_MS);
}

export function forgetPreview() {
  window.clearTimeout(waiting);
  if (asked) asked.abort();
  asked = null;
}

/** @param {Foreseen} seen
 * @returns {Node[]} */
function inWords(seen) {
  const cost = make('p', 'delta', make('b', '', more('minutes', seen.minutes)), ' ', make('b', '', more('km', seen.km)));
  const backs = Object.entries(seen.later).filter(([, minutes]) => minutes);
  const later = backs.map(([crew, minutes]) =>
    make('p', 'dim', say(minutes > 0 ? 'later' : 'earlier', { crew: letter(crew), minutes: Math.abs(minutes) })));
  const breaks = seen.broken.map(brokenLine);
  return [cost, ...later, ...(breaks.length ? breaks : [make('p', 'ok', `✓ ${say('no_break')}`)])];
}

/** @param {'minutes' | 'km'} what
 * @param {number} value */
function more(what, value) {
  return say(`${what}_${value < 0 ? 'less' : 'more'}`, { [what]: Math.abs(value) });
}

/** A rule that is broken, in words.
 * @param {Broken} one */
export function brokenLine(one) {
  const whom = [one.crew ? letter(one.crew) : '', one.name].filter(Boolean).join(' ');
  return make('p', one.hard ? 'error' : 'warn', `${one.hard ? '■' : '△'} ${whom ? `${whom}: ` : ''}${one.text}`);
}

// ---- the rest is planned ------------------------------------------------------------------------

/** Plan the rest around what has been done by hand. */
export function complete() {
  turn = turn.then(async () => {
    if (state.offline || state.working) return;
    try {
      followJob((await ask(`${base}/complete`, { revision: state.board.revision })).job);
    } catch (error) {
      await failed(error, async () => {});
    }
  });
  return turn;
}

/** Watch a job until it is over.
 * @param {number} number */
export function followJob(number) {
  state.working = true;
  const line = piece('working');
  line.hidden = false;
  piece('stop').onclick = () => { ask(`${station}/jobs/${number}/stop`, {}).catch(gone); };
  const look = async () => {
    try {
      const job = await ask(`${station}/jobs/${number}`);
      piece('share').textContent = say('planning', { share: job.share });
      /** @type {HTMLProgressElement} */ (piece('progress')).value = job.share;
      if (job.open) return void window.setTimeout(look, JOB_MS);
      await ended(job);
    } catch (error) {
      if (error instanceof Gone) return void window.setTimeout(look, RETRY_MS);
      await ended({ state: 'failed', said: error instanceof Refused ? error.message : '' });
    }
  };
  look();
}

/** @param {{state: string, said: string}} job */
async function ended(job) {
  state.working = false;
  piece('working').hidden = true;
  await refresh();
  if (job.state === 'done') tell(`✓ ${say('completed', { time: clock(state.board.totals.last_back_s) })}`);
  else tell(job.said || say('not_completed'), true);
}

// @ts-check
/** Rows that a clerk has left and the server has not yet answered for; they survive the window. */

/**
 * @typedef {{row: number, version: number, number: number, result: number, codes: number[],
 *   repaired: number[], note: string, opinion: string, ticks: string, pieces: Record<string, number>}} Typed
 * @typedef {{row: number, version: number, sent: number, state: string, number: number,
 *   conflict: boolean, said: string}} Answer
 * @typedef {{typed: Typed, tried: boolean, answer?: Answer}} Waiting
 */

const PREFIX = 'zoufang/typed/';
const SOON_MS = 1500, LATE_MS = 20000, ANSWER_MS = 15000, MOST = 50;

export class Queue {
  /**
   * @param {string} person whose name stands beside what is sent
   * @param {string} url of the sheet
   * @param {(answers: [Answer, Typed][], why: string) => void} told what became of rows, or why they wait
   */
  constructor(person, url, told) {
    this.key = `${PREFIX}${person}${url}`;
    this.person = person;
    this.url = url;
    this.told = told;
    this.busy = false;
    this.again = false;
    this.delay = SOON_MS;
    /** @type {Waiting[] | null} where the browser keeps nothing */
    this.memory = null;
    window.addEventListener('online', () => this.send());
  }

  /** @returns {Waiting[]} */
  all() {
    if (this.memory) return this.memory;
    try {
      return JSON.parse(localStorage.getItem(this.key) || '[]');
    } catch { return this.memory = []; }
  }

  /** @param {Waiting[]} list */
  keep(list) {
    try {
      if (list.length) localStorage.setItem(this.key, JSON.stringify(list));
      else localStorage.removeItem(this.key);
    } catch { this.memory = list; }
  }

  /** @param {number} row
   * @param {number} version */
  of(row, version) {
    return this.all().filter((one) => one.typed.row === row && one.typed.version === version);
  }

  /** A row was left: what was never sent is replaced, else it is the next correction.
   * @param {Typed} typed */
  add(typed) {
    const list = this.all().filter((one) => !(one.answer && isOf(one, typed)));
    const before = list.filter((one) => isOf(one, typed)).pop();
    if (before && !before.tried) before.typed = { ...typed, number: before.typed.number };
    else {
      const number = before ? before.typed.number + 1 : typed.number;
      list.push({ typed: { ...typed, number }, tried: false });
    }
    this.keep(list);
    this.send();
  }

  /** Forget what was refused.
   * @param {number} row
   * @param {number} version */
  forget(row, version) {
    this.keep(this.all().filter((one) =>
      !(one.answer && one.typed.row === row && one.typed.version === version)));
  }

  waiting() { return this.all().filter((one) => !one.answer); }

  async send() {
    if (this.busy) { this.again = true; return; }
    const list = this.all();
    const due = list.filter((one) => !one.answer).slice(0, MOST);
    if (!due.length) return;
    this.busy = true;
    due.forEach((one) => { one.tried = true; });
    this.keep(list);
    const why = await this.post(due.map((one) => one.typed));
    this.busy = false;
    if (why) {
      this.told([], why);
      setTimeout(() => this.send(), this.delay);
      this.delay = Math.min(LATE_MS, this.delay * 2);
    } else if (this.again || this.waiting().length) {
      this.again = false;
      this.send();
    }
  }

  /** @param {Typed[]} rows
   * @returns {Promise<string>} why it must wait; '' when it was answered */
  async post(rows) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), ANSWER_MS);
    try {
      const reply = await fetch(`${this.url}/rows`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
        body: JSON.stringify({ person: this.person, rows }),
        signal: stop.signal,
      });
      if (reply.status === 401) return 'signed_out';
      if (reply.status === 403) return 'forbidden';
      if (reply.status === 409) return 'another';
      if (reply.status === 422 && rows.length > 1) return await this.singly(rows);
      if (reply.status === 422) { this.refuse(rows, await reply.text()); return ''; }
      if (!reply.ok) return 'broken';
      this.take((await reply.json()).answers);
      this.delay = SOON_MS;
      return '';
    } catch { return 'offline'; } finally { clearTimeout(timer); }
  }

  /** One row that cannot be read holds no other back.
   * @param {Typed[]} rows */
  async singly(rows) {
    for (const row of rows) {
      const why = await this.post([row]);
      if (why) return why;
    }
    return '';
  }

  /** What the server cannot even read stays here, with its reason.
   * @param {Typed[]} rows
   * @param {string} said */
  refuse(rows, said) {
    this.take(rows.map((one) => ({ row: one.row, version: one.version, sent: one.number,
      state: 'refused', number: one.number, conflict: false, said: said.slice(0, 200) })));
  }

  /** @param {Answer[]} answers */
  take(answers) {
    /** @type {Map<Answer, Typed>} */
    const about = new Map();
    const left = this.all().filter((one) => {
      const answer = answers.find((a) => a.row === one.typed.row &&
        a.version === one.typed.version && a.sent === one.typed.number);
      if (!answer || one.answer) return true;
      about.set(answer, one.typed);
      if (answer.state === 'stored' || answer.state === 'known') return false;
      one.answer = answer;
      return true;
    });
    this.keep(left);
    this.told([...about], '');
  }
}

/** @param {Waiting} one
 * @param {Typed} typed */
function isOf(one, typed) {
  return one.typed.row === typed.row && one.typed.version === typed.version;
}

/** Urls of sheets of which this browser still holds rows.
 * @param {string} person */
export function sheetsOf(person) {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(`${PREFIX}${person}/`))
      .map((key) => key.slice(PREFIX.length + person.length));
  } catch { return []; }
}

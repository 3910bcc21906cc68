// @ts-check
/** The clerk's start page: what was typed before the window was closed is sent now. */
import { Queue, sheetsOf } from './evening_queue.js';

const shown = /** @type {HTMLElement} */ (document.getElementById('waiting'));
const person = shown.dataset.person || '';
const queues = sheetsOf(person).map((url) => new Queue(person, url, show));

/** @param {unknown[]} [answers] */
function show(answers) {
  const count = queues.reduce((sum, queue) => sum + queue.all().length, 0);
  shown.hidden = !count;
  shown.textContent = (shown.dataset.text || '').replace('#', String(count));
  if (!count && answers && answers.length) location.reload();
}
show();
queues.forEach((queue) => queue.send());

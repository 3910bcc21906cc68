// @ts-check
/** What every page does: say when the server is gone, ask before what cannot be taken back. */

const offline = /** @type {HTMLElement | null} */ (document.getElementById('offline'));

/** @param {boolean} gone */
function showOffline(gone) {
  if (offline) offline.hidden = !gone;
}

document.body.addEventListener('htmx:sendError', () => showOffline(true));
document.body.addEventListener('htmx:afterRequest', (event) => {
  const detail = /** @type {CustomEvent} */ (event).detail;
  if (detail.successful) showOffline(false);
});
document.body.addEventListener('submit', (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const button = /** @type {HTMLElement | null} */ (event.submitter);
  const many = button && button.dataset.sureMany;
  const chosen = many ? form.querySelectorAll('input[name=name]:checked').length : 0;
  const question = many && chosen > 1 ? many.replace('#', String(chosen)) : form.dataset.sure;
  if (question && !window.confirm(question)) event.preventDefault();
});
document.body.addEventListener('click', async (event) => {
  const button = event.target instanceof Element ? event.target.closest('[data-copy]') : null;
  if (!(button instanceof HTMLElement)) return;
  const text = button.dataset.copy || '';
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const box = document.createElement('textarea');
    box.value = text;
    button.after(box);
    box.select();
    document.execCommand('copy');
    box.remove();
  }
  button.textContent = button.dataset.done || '';
});
document.body.addEventListener('keydown', (event) => {
  const found = document.getElementById('found');
  if (event.key === 'Escape' && found) found.replaceChildren();
  if (event.key === '/' && !(event.target instanceof HTMLInputElement)) {
    const box = /** @type {HTMLInputElement | null} */ (document.querySelector('.find input'));
    if (box) { event.preventDefault(); box.focus(); }
  }
});
document.body.addEventListener('change', (event) => {
  const box = /** @type {HTMLInputElement} */ (event.target);
  const name = box.dataset && box.dataset.all;
  if (!name || !box.form) return;
  for (const one of box.form.querySelectorAll(`input[type=checkbox][name="${name}"]`)) {
    /** @type {HTMLInputElement} */ (one).checked = box.checked;
  }
});
document.body.addEventListener('click', (event) => {
  const button = /** @type {HTMLElement} */ (event.target);
  const area = button.dataset && button.dataset.copy && document.getElementById(button.dataset.copy);
  if (!(area instanceof HTMLTextAreaElement)) return;
  area.select(); // and by the old way, which plain http allows too
  document.execCommand('copy');
  button.textContent = button.dataset.done || '';
});

// Conveniences only: every page works without this file.

/** Lets people look at the password they typed. The button is hidden where this script does not run. */
for (const button of document.querySelectorAll('button[data-reveals]')) {
  const input = document.getElementById(button.dataset.reveals);
  const show = shown => {
    input.type = shown ? 'text' : 'password';
    button.setAttribute('aria-pressed', shown);
  };
  show(false);
  button.hidden = false;
  button.addEventListener('click', () => show(input.type === 'password'));
  // Sent as a password, so that no browser keeps it among the texts it suggests.
  input.form.addEventListener('submit', () => show(false));
}

/** How long a password that is being chosen is, in characters as the server counts them. */
for (const count of document.querySelectorAll('[data-counts]')) {
  const input = document.getElementById(count.dataset.counts);
  const tell = () => {
    const { length } = [...input.value.normalize('NFC')];
    const enough = length >= Number(count.dataset.least);
    count.textContent = enough ? 'Long enough' : `${length} of ${count.dataset.least}`;
    count.hidden = length === 0;
  };
  input.addEventListener('input', tell);
  // What the browser filled in by itself, or kept for Back.
  globalThis.addEventListener('pageshow', tell);
}

/** The exact instant in the clock and the language of whoever reads. */
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' });
for (const time of document.querySelectorAll('time')) time.title = exact.format(new Date(time.dateTime));

/**
 * A form is sent once, however often its button is pressed. Not for ever: whoever stopped the page, or comes back
 * to it with Back, can send it again.
 */
const ONCE_IN_MS = 5000;
const sentAt = new WeakMap();
for (const form of document.querySelectorAll('form[method="post"]')) {
  form.addEventListener('submit', event => {
    if (event.timeStamp - (sentAt.get(form) ?? -ONCE_IN_MS) < ONCE_IN_MS) event.preventDefault();
    else sentAt.set(form, event.timeStamp);
  });
  globalThis.addEventListener('pageshow', () => sentAt.delete(form));
}

/**
 * Over plain http WebKit shows a page again with Back although nobody may keep it. Whether its person is still signed in
 * is the server's to say.
 */
const isPersonal = document.querySelector('form[action="/logout"]') !== null;
globalThis.addEventListener('pageshow', event => {
  if (event.persisted && isPersonal && globalThis.location.protocol === 'http:') globalThis.location.reload();
});

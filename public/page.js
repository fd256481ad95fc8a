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

/** Exact instants in the time zone of whoever reads, in the language and the form of the page. */
const parts = {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'short',
};
for (const time of document.querySelectorAll('time')) {
  const place = time.querySelector('small') ?? time;
  const second = /:\d\d:/.test(place.textContent) ? '2-digit' : undefined;
  place.textContent = new Intl.DateTimeFormat('en-GB', { ...parts, second }).format(new Date(time.dateTime));
}

/** Prints the page. The button is hidden where this script does not run: a browser's menu does the same. */
for (const button of document.querySelectorAll('button[data-prints]')) {
  button.hidden = false;
  button.addEventListener('click', () => globalThis.print());
}

/** The menu in the header closes where people go on without it. */
for (const menu of document.querySelectorAll('details.menu')) {
  const close = event => {
    if (!menu.contains(event.target)) menu.open = false;
  };
  document.addEventListener('click', close);
  document.addEventListener('focusin', close);
  document.addEventListener('keydown', event => {
    if (event.key !== 'Escape' || !menu.open) return;
    menu.open = false;
    menu.querySelector('summary').focus();
  });
}

/**
 * Where a form was refused because it came too often, its button counts the time down and can be pressed then. A name
 * that somebody else types is another matter: it may be sent at once.
 */
for (const notice of document.querySelectorAll('[data-retry-in]')) {
  const form = notice.parentElement.querySelector('form');
  const button = form?.querySelector('button:not([type])');
  if (!button) continue;
  const words = button.textContent;
  const end = Date.now() + notice.dataset.retryIn * 1000;
  const open = () => {
    globalThis.clearInterval(ticking);
    button.disabled = false;
    button.textContent = words;
  };
  const tick = () => {
    const left = Math.ceil((end - Date.now()) / 1000);
    if (left > 0) {
      button.textContent = `${words} (${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')})`;
      return;
    }
    open();
    notice.querySelector('p').textContent = 'You can try again now.';
    for (const wrong of form.querySelectorAll('.wrong')) wrong.textContent = '';
  };
  const ticking = globalThis.setInterval(tick, 1000);
  button.disabled = true;
  form.addEventListener('input', event => {
    if (event.target.type === 'text' && event.target.name === 'username') open();
  });
  tick();
}

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

// Passkeys, where the browser has them. Everything else works without this file: what it shows is hidden until then.
// Before it stands @simplewebauthn/browser, which the server puts into the same file.

const { SimpleWebAuthnBrowser: webauthn, PublicKeyCredential: credentials } = globalThis;

const NO_ANSWER = 'This site did not answer just now. Look at your connection, and try again in a moment.';

/** What to say where nothing came of it; null where there is nothing to say: the page moved on by itself. */
const sentenceFor = (error, { cancelled, known }) => {
  if (error.name === 'AbortError') return null;
  if (error.name === 'InvalidStateError') return known;
  if (error.name === 'NotAllowedError') return cancelled;
  if (error.name === 'NoAnswer') return NO_ANSWER;
  return 'This browser cannot use a passkey here. Try again, or take another browser.';
};

/** Says it at the button, or takes it away. */
const say = (form, sentence) => {
  const place = form.querySelector('[data-passkey-problem]');
  place.textContent = sentence ?? '';
  place.hidden = sentence === null;
};

const failure = name => Object.assign(new Error(name), { name });

/** The page again: its person has to show once more who they are. */
const again = () => globalThis.location.reload();

/** What the server wants the browser to be asked. @param refused what is done where it is not told to them. */
const optionsFrom = async (address, refused = again) => {
  try {
    const response = await globalThis.fetch(address, { headers: { accept: 'application/json' } });
    if (response.ok) return await response.json();
    if (response.status !== 401 && response.status !== 403) throw failure('NoAnswer');
  } catch {
    throw failure('NoAnswer');
  }
  refused();
  throw failure('AbortError');
};

/** Where everybody is told: what says no stands before the server, and would say it again to the same page, for ever. */
const noAnswer = () => {
  throw failure('NoAnswer');
};

/** Sends what the browser gave, once. */
const send = (form, field, credential) => {
  form.elements.namedItem(field).value = JSON.stringify(credential);
  form.submit();
};

/** How long what is sent has the page to itself: then its button can be pressed again, by whoever has stopped it. */
const ON_ITS_WAY_IN_MS = 5000;

/** Runs a ceremony on a click; while it goes on, and what came of it is on its way, the button cannot be pressed again. */
const onClick = (form, ceremony, sentences) => {
  const button = form.querySelector('button');
  const open = () => {
    button.disabled = false;
  };
  button.addEventListener('click', async () => {
    say(form, null);
    button.disabled = true;
    try {
      await ceremony();
      globalThis.setTimeout(open, ON_ITS_WAY_IN_MS);
    } catch (error) {
      say(form, sentenceFor(error, sentences));
      open();
    }
  });
  // With Back the page is as it was left.
  globalThis.addEventListener('pageshow', open);
};

/** How long a challenge is taken, less what it takes to press a finger on a key. */
const FRESH_IN_MS = 4 * 60 * 1000;

/**
 * The sign-in page: the browser offers passkeys among what it fills in for the name, as long as the page is open, and a
 * button asks for one.
 */
const signIn = form => {
  const remembers = () => document.querySelector('input[name="remember"]')?.checked === true;
  const button = form.querySelector('button');
  const ask = async useBrowserAutofill => {
    const optionsJSON = await optionsFrom(form.dataset.passkeySignIn, noAnswer);
    // An offer would end what the button has begun meanwhile. It is made again when that is over.
    if (useBrowserAutofill && button.disabled) return;
    const credential = await webauthn.startAuthentication({ optionsJSON, useBrowserAutofill });
    const remembering = form.elements.namedItem('remember');
    if (remembering !== null) remembering.disabled = !remembers();
    send(form, 'credential', credential);
  };
  let [offers, since] = [false, 0];
  const offer = async () => {
    if (!offers || document.hidden) return;
    since = Date.now();
    // Whoever fills in a name and password, or has no passkey, has done nothing wrong.
    await ask(true).catch(() => undefined);
  };
  // A challenge is over after some minutes, also of a sleeping computer: whoever comes back to the page gets another. Not while
  // the browser asks for a finger, which has the focus then: that would be taken away from them.
  const renew = () => {
    if (offers && document.hasFocus() && Date.now() - since > FRESH_IN_MS) offer();
  };
  const cancelled = 'No passkey was used. Try again, or sign in with your password.';
  const byButton = () =>
    ask(false).catch(error => {
      globalThis.queueMicrotask(offer);
      throw error;
    });
  onClick(form, byButton, { cancelled, known: cancelled });
  webauthn.browserSupportsWebAuthnAutofill().then(can => {
    offers = can;
    offer();
  });
  for (const coming of ['focus', 'visibilitychange']) globalThis.addEventListener(coming, renew);
  globalThis.setInterval(renew, 30_000);
  // A request that waits keeps a page from being kept for Back.
  globalThis.addEventListener('pagehide', () => webauthn.WebAuthnAbortService.cancelCeremony());
  globalThis.addEventListener('pageshow', event => {
    if (event.persisted) offer();
  });
  form.hidden = false;
};

/** Shows what a browser with passkeys can press, in place of what is said to all others. */
const show = form => {
  form.hidden = false;
  for (const note of document.querySelectorAll('[data-passkey-none]')) note.hidden = true;
};

/** The page that adds one. */
const add = form => {
  const ask = async () => {
    const optionsJSON = await optionsFrom(form.dataset.passkeyAdd);
    send(form, 'credential', await webauthn.startRegistration({ optionsJSON }));
  };
  onClick(form, ask, {
    cancelled: 'No passkey was made. Try again when you are ready.',
    known: 'This device, or its password manager, keeps a passkey of your account already.',
  });
  show(form);
};

/**
 * The second step: what the server asks for is in the page, because the person is known. Where the page may have been open
 * for hours, it is asked once more.
 */
const step = form => {
  const ask = async () => {
    const { passkeyStep, passkeyAnew } = form.dataset;
    const optionsJSON = passkeyAnew ? await optionsFrom(passkeyAnew) : JSON.parse(passkeyStep);
    send(form, 'passkey', await webauthn.startAuthentication({ optionsJSON }));
  };
  const cancelled = 'No passkey was used. Try again, or use another way.';
  onClick(form, ask, { cancelled, known: cancelled });
  show(form);
};

/** Tells authenticators which passkeys there are and what their person is called, where the browser does that. */
const signal = async ({ rpId, userId, name, displayName, accepted, gone }) => {
  const tell = (method, what) => credentials[method]?.(what).catch(() => undefined);
  await tell('signalAllAcceptedCredentials', { rpId, userId, allAcceptedCredentialIds: accepted });
  await tell('signalCurrentUserDetails', { rpId, userId, name, displayName });
  if (gone !== null) await tell('signalUnknownCredential', { rpId, credentialId: gone });
};

if (webauthn.browserSupportsWebAuthn()) {
  for (const form of document.querySelectorAll('form[data-passkey-sign-in]')) signIn(form);
  for (const form of document.querySelectorAll('form[data-passkey-add]')) add(form);
  for (const form of document.querySelectorAll('form[data-passkey-step]')) step(form);
  for (const { dataset } of document.querySelectorAll('[data-passkey-signals]'))
    signal(JSON.parse(dataset.passkeySignals));
}

import type { Locator, Page } from 'playwright-core';

/** The demo account of a fresh server in development. */
export const DEMO = { username: 'user1', password: 'mypassword' };

/** What the form says to a wrong name and a wrong password alike. */
export const REFUSED = 'Invalid username or password';

/** Presses a button or follows a link, and waits until the next page is there. */
export async function press(control: Locator): Promise<void> {
  const arrival = control.page().waitForEvent('load');
  await control.click();
  await arrival;
}

/** Fills in the login form of the page that is open and sends it. */
export async function signIn(page: Page, { username, password } = DEMO): Promise<void> {
  await page.getByLabel('Username or e-mail').fill(username);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await press(page.getByRole('main').getByRole('button', { name: 'Sign in' }));
}

/** Opens the login page and signs in. */
export async function arrive(page: Page): Promise<void> {
  await page.goto('/login');
  await signIn(page);
}

/** Opens the menu in the masthead of every signed-in page, and presses its button. */
export async function signOut(page: Page): Promise<void> {
  await page.getByRole('banner').locator('summary').click();
  await press(page.getByRole('banner').getByRole('button', { name: 'Sign out' }));
}

/** Comes to the sign-out page over a link on another site. */
export async function followForeignLink(page: Page): Promise<void> {
  await page.goto('/');
  const here = new URL('/logout', page.url()).href;
  await page.route('http://elsewhere.test/', route =>
    route.fulfill({ contentType: 'text/html', body: `<title>Elsewhere</title><a href="${here}">Bye</a>` }),
  );
  await page.goto('http://elsewhere.test/');
  await press(page.getByRole('link'));
}

/** A page, the kind of server that has it, and how somebody comes to see it. */
export interface PageOfGatehouse {
  readonly name: string;
  readonly server: 'development' | 'production';
  readonly open: (page: Page) => Promise<void>;
  /** What a screen reader says then: the title, before the name of the site, and what has the focus. */
  readonly heard: string;
}

/** Every page there is, in each of its states. */
export const PAGES: readonly PageOfGatehouse[] = [
  {
    name: 'login',
    server: 'development',
    open: page => open(page, '/login'),
    heard: 'Sign in | textbox “Username or e-mail”, required',
  },
  {
    name: 'login after a refusal',
    server: 'development',
    open: openRefusal,
    heard: 'Error: Sign in | textbox “Password”, required: Invalid username or password',
  },
  {
    name: 'login after too many attempts',
    server: 'development',
    open: openThrottled,
    heard: 'Error: Sign in | textbox “Password”, required: Too many attempts. Try again in … seconds.',
  },
  { name: 'welcome', server: 'development', open: arrive, heard: 'Welcome' },
  { name: 'welcome of a remembered session', server: 'development', open: openRemembered, heard: 'Welcome' },
  { name: 'sign-out confirmation', server: 'development', open: openConfirmation, heard: 'Sign out' },
  {
    name: 'sign-out confirmation for a visitor',
    server: 'development',
    open: followForeignLink,
    heard: 'Sign out',
  },
  {
    name: 'confirmation of the password',
    server: 'development',
    open: openConfirm,
    heard: 'Error: Confirm it’s you | textbox “Password”, required, invalid: That is not your password.',
  },
  {
    name: 'profile',
    server: 'development',
    open: openProfile,
    heard: 'Your name has been changed. · Profile | status “Your name has been changed.”',
  },
  {
    name: 'devices',
    server: 'development',
    open: page => openSignedIn(page, '/account/devices'),
    heard: 'Your devices',
  },
  {
    name: 'devices, with what is left to do',
    server: 'development',
    open: openLeftToDo,
    heard: 'Your devices | button “End … other sessions”: Nothing has been ended yet.',
  },
  {
    name: 'password',
    server: 'development',
    open: page => openSignedIn(page, '/account/password'),
    heard: 'Change your password | textbox “Current password”, required',
  },
  {
    name: 'password with errors',
    server: 'development',
    open: openPasswordWithErrors,
    heard:
      'Error: Change your password | textbox “Current password”, required: Your password has not been changed. Look at the marked field, and type both passwords again.',
  },
  {
    name: 'activity',
    server: 'development',
    open: page => openSignedIn(page, '/account/activity'),
    heard: 'Activity',
  },
  {
    name: 'closing the account',
    server: 'development',
    open: page => openSignedIn(page, '/account/close'),
    heard: 'Close your account | textbox “Type your username to confirm”, required',
  },
  {
    name: 'set-up',
    server: 'production',
    open: page => open(page, '/setup'),
    heard: 'Create the first account | textbox “Set-up code”, required',
  },
  {
    name: 'set-up with errors',
    server: 'production',
    open: openSetupWithErrors,
    heard:
      'Error: Create the first account | textbox “Set-up code”, required, invalid: That is not the code. The server printed it when it started: look in its log.',
  },
  {
    name: 'parts',
    server: 'development',
    open: page => open(page, '/dev/parts'),
    heard: 'Parts you can use',
  },
  {
    name: 'error 404',
    server: 'development',
    open: page => open(page, '/there/is/nothing/here'),
    heard: 'Nothing here',
  },
  {
    name: 'a mailed link that is unknown here',
    server: 'development',
    open: page => open(page, '/reset'),
    heard: 'Open the link again',
  },
  { name: 'error 403', server: 'development', open: openForbidden, heard: 'Not allowed' },
];

async function open(page: Page, address: string): Promise<void> {
  await page.goto(address);
}

async function openRefusal(page: Page): Promise<void> {
  await page.goto('/login');
  await signIn(page, { username: 'ada', password: 'wrong' });
}

async function openThrottled(page: Page): Promise<void> {
  const eve = { username: 'eve', password: 'wrong' };
  const guess = () => page.request.post('/login', { form: eve });
  while ((await guess()).status() !== 429);
  await page.goto('/login');
  await signIn(page, eve);
}

async function openRemembered(page: Page): Promise<void> {
  await page.goto('/login');
  await page.getByLabel('Keep me signed in').check();
  await signIn(page);
}

async function openConfirmation(page: Page): Promise<void> {
  await arrive(page);
  await followForeignLink(page);
}

async function openSignedIn(page: Page, address: string): Promise<void> {
  await arrive(page);
  await page.goto(address);
}

async function openConfirm(page: Page): Promise<void> {
  await openSignedIn(page, '/confirm?return_to=%2Faccount');
  await page.getByLabel('Password', { exact: true }).fill('wrong');
  await press(page.getByRole('button', { name: 'Continue' }));
}

/** With the notice that the name was changed. */
async function openProfile(page: Page): Promise<void> {
  await openSignedIn(page, '/account');
  await press(page.getByRole('button', { name: 'Save' }));
}

/** After the password was confirmed, where another session is left to be ended. */
async function openLeftToDo(page: Page): Promise<void> {
  const form = { ...DEMO, remember: 'on' };
  await page.request.post('/login', { form });
  await page.context().clearCookies();
  await openSignedIn(page, '/account/devices?then=/account/devices/end-others');
}

async function openPasswordWithErrors(page: Page): Promise<void> {
  await openSignedIn(page, '/account/password');
  for (const [label, password] of [
    ['Current password', DEMO.password],
    ['New password', 'password1'],
  ] as const) {
    await page.getByLabel(label, { exact: true }).fill(password);
  }
  await press(page.getByRole('button', { name: 'Change password' }));
}

async function openSetupWithErrors(page: Page): Promise<void> {
  await page.goto('/setup');
  await page.getByLabel('Set-up code').fill('not the code');
  await page.getByLabel('Username').fill('ada');
  await page.getByLabel('Password', { exact: true }).fill('some words that do not match');
  await press(page.getByRole('button', { name: 'Create account' }));
}

/** What a person sees whose page is somebody else's: neither the form nor its token is theirs. */
async function openForbidden(page: Page): Promise<void> {
  await arrive(page);
  await page
    .locator('[name=_csrf], [name=_owner]')
    .evaluateAll(fields => fields.forEach(field => (field.value = 'stale')));
  await signOut(page);
}

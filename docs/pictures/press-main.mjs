import { press } from '../../test/browser/doing.ts';

/** Presses the button of the main part that has this name, and waits until the next page is there. */
export const pressMain = (page, name) =>
  press(page.getByRole('main').getByRole('button', { name, exact: true }));

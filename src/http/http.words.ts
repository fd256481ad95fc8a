/** Why the cross-site guard did nothing. */
export const FOREIGN =
  'This request came from another site, so nothing was done. Open the page here and try again.';
export const STALE = 'This page is out of date, so nothing was done. Go back, reload it and try again.';
export const SEND_AGAIN =
  'You were signed out in the meantime, so nothing was saved. You are signed in again now: send it once more.';

/** Why a body is not taken. */
export const MALFORMED =
  'The request is not encoded as a form should be. Go back, reload the page and send it again.';
export const OTHER_FIELDS =
  'The form does not have the fields it should have. Reload the page and try again.';
export const NOT_A_FORM = 'Send this as a form: application/x-www-form-urlencoded in UTF-8.';
export const NOT_JSON = 'The request is not valid JSON.';
export const tooManyBytes = (limit: number): string =>
  `That is more than the ${limit} bytes this form takes. Send less.`;

/** For whoever wrote the page: no page of ours sends that. */
export const MULTIPART =
  'This form was sent as multipart/form-data, which is not read here. Leave enctype out of the form; files cannot be sent.';

/** What pages that end in "check your mail" say where mails go nowhere. */
export const NO_MAIL = 'This page needs e-mail, and this site does not send any. Ask the people who run it.';

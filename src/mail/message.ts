import MailComposer from 'nodemailer/lib/mail-composer';
import type MimeNode from 'nodemailer/lib/mime-node';
import type { OutgoingMail } from './mail-transport.js';

/**
 * A mail as it is written out. The recipient is an address object: nothing in it can start a header of its own. `Date` is
 * when the mail was promised: "complete and ready to enter the mail delivery system" (RFC 5322 3.6.1), not
 * when a server was there to take it; so a mail that is sent twice is one and the same.
 */
export function messageOf(mail: OutgoingMail, from: string): MimeNode {
  const { id, madeAt, to, subject, text, html } = mail;
  const domain = /@([^>]+)>?$/.exec(from)?.[1] ?? 'localhost';
  const composer = new MailComposer({
    from,
    to: { name: '', address: to },
    subject,
    text,
    html,
    date: new Date(madeAt),
    messageId: `<${id}@${domain}>`,
    // Programs that answer mails by themselves leave these alone (RFC 3834).
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile();
}

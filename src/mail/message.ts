import type { SendMailOptions } from 'nodemailer';
import type { OutgoingMail } from './mail-transport.js';

/** A mail in nodemailer's words. The recipient is an address object: nothing in it can start a header of its own. */
export function messageOf({ id, to, subject, text, html }: OutgoingMail, from: string): SendMailOptions {
  const domain = /@([^>]+)>?$/.exec(from)?.[1] ?? 'localhost';
  return {
    from,
    to: { name: '', address: to },
    subject,
    text,
    html,
    messageId: `<${id}@${domain}>`,
    // Programs that answer mails by themselves leave these alone (RFC 3834).
    headers: { 'Auto-Submitted': 'auto-generated' },
  };
}

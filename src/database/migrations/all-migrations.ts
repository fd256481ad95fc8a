import { GroundFloor1795000000000 } from './1795000000000-ground-floor.js';
import { AuditAndAttempts1795100000000 } from './1795100000000-audit-and-attempts.js';
import { MailAndTokens1795200000000 } from './1795200000000-mail-and-tokens.js';
import { Erasures1795300000000 } from './1795300000000-erasures.js';
import { SessionVersions1795400000000 } from './1795400000000-session-versions.js';
import { MailAnswers1795500000000 } from './1795500000000-mail-answers.js';
import { LastSignIns1795600000000 } from './1795600000000-last-sign-ins.js';
import { SignIns1795700000000 } from './1795700000000-sign-ins.js';
import { ConfirmedAddresses1795800000000 } from './1795800000000-confirmed-addresses.js';
import { Groups1795900000000 } from './1795900000000-groups.js';
import { SealedMails1796000000000 } from './1796000000000-sealed-mails.js';
import { AuditStreams1796100000000 } from './1796100000000-audit-streams.js';

/** Every schema change in its order. Add new ones at the end; never edit an old one. */
export const migrations = [
  GroundFloor1795000000000,
  AuditAndAttempts1795100000000,
  MailAndTokens1795200000000,
  Erasures1795300000000,
  SessionVersions1795400000000,
  MailAnswers1795500000000,
  LastSignIns1795600000000,
  SignIns1795700000000,
  ConfirmedAddresses1795800000000,
  Groups1795900000000,
  SealedMails1796000000000,
  AuditStreams1796100000000,
];

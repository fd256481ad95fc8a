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
import { FormAnswers1796200000000 } from './1796200000000-form-answers.js';
import { SecondFactor1796400000000 } from './1796400000000-second-factor.js';
import { FactorResets1796410000000 } from './1796410000000-factor-resets.js';
import { Passkeys1796500000000 } from './1796500000000-passkeys.js';
import { Applications1796600000000 } from './1796600000000-applications.js';
import { ApplicationSessions1796610000000 } from './1796610000000-application-sessions.js';
import { AccessTokens1796620000000 } from './1796620000000-access-tokens.js';
import { SessionsByOrigin1796670000000 } from './1796670000000-sessions-by-origin.js';
import { UntoldErasures1796730000001 } from './1796730000001-untold-erasures.js';
import { SweptEventsChosenOnce1796740000000 } from './1796740000000-swept-events-chosen-once.js';

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
  FormAnswers1796200000000,
  SecondFactor1796400000000,
  FactorResets1796410000000,
  Passkeys1796500000000,
  Applications1796600000000,
  ApplicationSessions1796610000000,
  AccessTokens1796620000000,
  SessionsByOrigin1796670000000,
  UntoldErasures1796730000001,
  SweptEventsChosenOnce1796740000000,
];

import { Injectable, Logger } from '@nestjs/common';
import type { Request, RequestHandler } from 'express';
import session from 'express-session';
import { AppConfig } from '../config/app-config.js';
import { SecretRing } from '../crypto/secret-ring.js';
import { digestOf, issueToken } from '../crypto/secret-token.js';
import { Clock } from '../kernel/clock.js';
import { SessionCookie, cookieName } from './session-cookie.js';
import { changesBetween } from './session-data.js';
import { newSession } from './new-session.js';
import { SessionLife } from './session-life.js';
import type { LiveSession } from './session-store.js';
import type { SignInBefore } from './sign-in-before.js';
import { logNameOf, SignedIn, SignInTicket } from './signed-in.js';

const REPLACES = Symbol('replaces');

declare module 'express-session' {
  interface SessionData {
    /** Forms of this session carry it. */
    csrf?: string;
    /** A sentence that waits for a page. Each has a key of its own, so that none is lost where several come at once. */
    [notice: `notice:${string}`]: { readonly page: string; readonly sentence: string } | undefined;
    /** A form that waits for the password, as it was filled in, under the handle that the address of its page has. */
    [kept: `kept:${string}`]:
      { readonly page: string; readonly fields: Readonly<Record<string, string>> } | undefined;
    /** The sign-in before the one it began with: kept here, so that no page has to look for it. */
    signInBefore?: SignInBefore;
    /** What Passport keeps: a verified sign-in before it has a session, afterwards who is signed in. */
    passport?: { user?: unknown };
    /** At sign-in: this browser's session before. */
    [REPLACES]?: LiveSession['session'];
  }
}

type Done = (error?: unknown) => void;

/**
 * express-session and what it needs: the only file that knows it. It keeps sessions through
 * {@link SessionLife}; express-session itself reads and signs the cookie, and saves what a handler put into
 * `request.session`.
 */
@Injectable()
export class ExpressSessionAdapter extends session.Store {
  private readonly logger = new Logger('Sessions');
  private made: { readonly secrets: readonly string[]; readonly middleware: RequestHandler } | null = null;

  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
    private readonly life: SessionLife,
    private readonly secrets: SecretRing,
  ) {
    super();
  }

  /** The middleware. Every request that runs through it gets a `request.session`. Another one once the secrets change. */
  get middleware(): RequestHandler {
    const secrets = this.secrets.all;
    if (this.made?.secrets !== secrets) this.made = { secrets, middleware: this.middlewareFor(secrets) };
    return this.made.middleware;
  }

  override get(sid: string, done: (error: unknown, found?: session.SessionData | null) => void): void {
    this.life
      .resume(digestOf(sid))
      .then(live => (live === null ? null : this.dataOf(live)))
      .then(
        found => done(null, found),
        (error: unknown) => done(error),
      );
  }

  /** Called at sign-in, at sign-out, and after a handler changed `request.session`. */
  override set(sid: string, data: session.SessionData, done: Done = () => undefined): void {
    const user = data.passport?.user;
    if (user instanceof SignInTicket) this.begin(sid, data, user).then(() => done(), done);
    else if (user instanceof SignedIn) this.save(user, fieldsOf(data)).then(() => done(), done);
    // Nobody is signed in: visitors have no session, so there is nothing to keep.
    else done();
  }

  /** Only signing out ends a session, through {@link SessionLife}: there is nothing left to do here. */
  override destroy(_sid: string, done: Done = () => undefined): void {
    done();
  }

  /** A new id at sign-in. The old session goes in the same transaction that adds the new one. */
  override regenerate(request: Request, done: Done): void {
    const before = request.session.passport?.user;
    this.generate(request);
    if (before instanceof SignedIn) request.session[REPLACES] = before.live.session;
    done();
  }

  override createSession(request: Request, data: session.SessionData): session.Session & session.SessionData {
    // Its own would make a cookie of its own kind out of ours, only to have it replaced.
    request.session = Reflect.construct(session.Session, [request, data]);
    // Who sets a key that a visitor chose would else take away what makes it a session, and get no answer.
    Object.defineProperty(request.session, '__proto__', { value: undefined, writable: true });
    return request.session;
  }

  /** What a session holds for the application, to be carried over to the same person's next one. */
  static contentsOf(data: session.SessionData): object {
    return fieldsIn(fieldsOf(data)) ?? {};
  }

  private middlewareFor(secrets: readonly string[]): RequestHandler {
    return session({
      store: this,
      name: cookieName(this.config),
      secret: [...secrets],
      genid: () => issueToken().plain,
      resave: false,
      saveUninitialized: false,
      // The cookie of a session that nobody has signed in to: as if meant for TLS, on a connection that never
      // is, it is not sent. `begin` puts the real one in its place.
      cookie: { secure: true },
      proxy: false,
    });
  }

  /** What the request gets of a session; null where what is stored is damaged, and worth no more than none. */
  private dataOf(live: LiveSession): session.SessionData | null {
    const fields = fieldsIn(live.session.data);
    if (fields === null) {
      this.logger.error({ event: 'sys_session_damaged', session: logNameOf(live.session.idHash) });
      return null;
    }
    const cookie = new SessionCookie(this.config, live.session.expiresAt - this.clock.now());
    return { ...fields, cookie, passport: { user: new SignedIn(live) } };
  }

  /**
   * Other requests may have changed other keys meanwhile, so what is kept is what this one changed. Where it was not
   * kept, the next call tries again.
   */
  private async save(user: SignedIn, data: string): Promise<void> {
    const before = user.data;
    user.data = data;
    try {
      const { idHash } = user.live.session;
      await this.life.save({ idHash, data: before }, changesBetween(before, data));
    } catch (error) {
      user.data = before;
      throw error;
    }
  }

  private async begin(sid: string, data: session.SessionData, ticket: SignInTicket): Promise<void> {
    Object.assign(data, { csrf: issueToken().plain }, ticket.details.carried, ticket.details.added);
    const { [REPLACES]: replaces = null } = data;
    const session = newSession(ticket, {
      idHash: digestOf(sid),
      renewed: ticket.details.renews ? replaces : null,
      data: fieldsOf(data),
      now: this.clock.now(),
      policy: this.config.session,
    });
    const live = await this.life.begin(session, ticket, replaces);
    data.cookie = new SessionCookie(this.config, live.session.expiresAt - this.clock.now());
    data.passport = { user: new SignedIn(live) };
  }

  /** express-session puts its own function here. */
  declare generate: (request: Request) => void;
}

/** What belongs to the application, as JSON text. */
function fieldsOf({ cookie: _, passport: __, ...fields }: session.SessionData): string {
  return JSON.stringify(fields);
}

/** The reverse of {@link fieldsOf}; null of a text that is none of it. */
function fieldsIn(text: string): object | null {
  try {
    const fields: unknown = JSON.parse(text);
    return typeof fields === 'object' ? fields : null;
  } catch {
    return null;
  }
}

import { Injectable } from '@nestjs/common';
import type { Application } from '../applications/application.js';
import { Catalogue } from '../applications/catalogue.js';
import type { KnownApplications } from '../applications/known-applications.js';
import { hostOf } from '../applications/application-origin.js';
import { digestOf } from '../crypto/secret-token.js';
import { type FoundSession, GateLookUp } from './gate-look-up.js';
import { HostCookies } from './host-cookies.js';
import { type FoundToken, TokenLookUp } from './token-look-up.js';
import type { UnknownPlace } from './wrong-question.js';

/** What a browser or a program comes to, and by what. */
export interface GateSight<Row> {
  /** A word: there is none at this origin. */
  readonly application: Application | UnknownPlace;
  /** Of the cookie there, or of the token, whatever it is worth; null for none. */
  readonly row: Row | null;
}

/** Sees what there is at an origin, and who comes by what: one statement, or one that many share. */
@Injectable()
export class GateView {
  constructor(
    private readonly sessions: GateLookUp,
    private readonly tokens: TokenLookUp,
    private readonly catalogue: Catalogue,
    private readonly cookies: HostCookies,
  ) {}

  /** @param cookies the header `Cookie`. @throws Unavailable */
  async bySession(origin: string, cookies: string | undefined): Promise<GateSight<FoundSession>> {
    const cookie = this.cookies.sessionIn(cookies, origin);
    const { version, row } = await this.sessions.look(cookie === null ? null : digestOf(cookie));
    const application = applicationIn(await this.catalogue.at(version), origin);
    return { application, row: row?.origin === origin ? row : null };
  }

  /** @param digest of a token; null: of what is none. @throws Unavailable */
  async byToken(origin: string, digest: string | null): Promise<GateSight<FoundToken>> {
    const { version, row } = await this.tokens.look(digest);
    return { application: applicationIn(await this.catalogue.at(version), origin), row };
  }

  /** The applications there are now. @throws Unavailable */
  applications(): Promise<KnownApplications> {
    return this.catalogue.current();
  }
}

/** The one there; else whether it is the scheme alone that is wrong. */
const applicationIn = (known: KnownApplications, origin: string): Application | UnknownPlace =>
  known.at(origin) ?? (known.originAt(hostOf(origin)) === null ? 'host' : 'scheme');

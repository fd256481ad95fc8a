import { isWalk } from '../kernel/keyboard-walk.js';

/** Fewer different characters than 32 random ones of any alphabet have: of 32 digits, one in ten million has so few. */
const LEAST_DIFFERENT = 6;

/**
 * What stands where a secret is to be put in: in documents, templates and first attempts. Each of these is a part of no random
 * secret: the shortest has six letters, which one in ten million has by chance where it is made of letters alone.
 */
const PLACEHOLDER =
  /change[-_. ]?(me|this|it)|replace[-_. ]?(me|this|it)|(put|insert|enter|type|paste)[-_. ](your|an?)[-_. ]|(your|my)[-_. ]?(own[-_. ]?)?(very[-_. ]?)?(session[-_. ]?|super[-_. ]?)*secret|super[-_. ]?secret|example|sample|placeholder|keyboard[-_. ]?cat|not[-_. ]?(so[-_. ]?)?secret|(in)?secure[-_. ]?(secret|password)|default[-_. ]?(secret|password)|x{8}|\*{8}/i;

/** How a secret is described where one is to be put in. */
const DESCRIPTION =
  /random[-_. ]?(string|text|secret|value|key|bytes|characters)|\d+[-_. ](or[-_. ]more[-_. ])?(random[-_. ])?(char(acter)?s|bytes)|characters[-_. ]or[-_. ]more|at[-_. ]least[-_. ]\d/i;

/** What a template was to fill in: the whole of it, because random signs have a bracket and a dollar here and there. */
const UNFILLED = /^(<[\w ,.'-]+>|\{\{[\w .-]+\}\}|\$\{\w{3,}(:?[-?].*)?\}|\$\w+|\$\([a-z]+ [^)]*\))$/;

/**
 * Why a secret is none, in words that repeat nothing of it; null where it may be one. Who wrote it from an example shares it
 * with everybody who read that (ASVS 13.2.3).
 */
export function weaknessOf(secret: string): string | null {
  if (new Set(secret).size < LEAST_DIFFERENT || isRepeated(secret))
    return 'has a secret with few different characters, or one text over and over';
  if (isWalk(secret.toLowerCase())) return 'has a secret along the keyboard or the alphabet';
  return [PLACEHOLDER, DESCRIPTION, UNFILLED].some(kind => kind.test(secret))
    ? 'has a secret as it stands in an example'
    : null;
}

/** One text over and over, though the last may be unfinished. */
function isRepeated(secret: string): boolean {
  const longest = Math.floor(secret.length / 2);
  return Array.from({ length: longest }, (_, index) => index + 1).some(
    period => secret.slice(period) === secret.slice(0, -period),
  );
}

/** How to make one. */
export const MAKE_ONE = 'Make a random one: openssl rand -base64 48';

/** Fewer different characters than 32 random ones of any alphabet have: of 32 digits, one in a thousand has so few. */
const LEAST_DIFFERENT = 8;

/** What stands where a secret is to be put in: in documents, templates and first attempts. */
const PLACEHOLDER =
  /change[-_. ]?(me|this|it)|replace[-_. ]?(me|this|it)|(put|insert|enter|type|paste)[-_. ]?(your|a)[-_. ]|(your|my)[-_. ]?(own[-_. ]?)?(very[-_. ]?)?(session[-_. ]?|super[-_. ]?)*secret|super[-_. ]?secret|example|sample|placeholder|keyboard[-_. ]?cat|not[-_. ]?(so[-_. ]?)?secret|(in)?secure[-_. ]?(secret|password)|default[-_. ]?(secret|password)|x{8}|\*{4}|<[^>]+>|\$\{/i;

/**
 * Why a secret is none, in words that repeat nothing of it; null where it may be one. Who wrote it from an example shares it
 * with everybody who read that (ASVS 13.2.3).
 */
export function weaknessOf(secret: string): string | null {
  if (new Set(secret).size < LEAST_DIFFERENT || /^(.{1,16})\1+$/s.test(secret))
    return 'has a secret with few different characters, or one text over and over';
  return PLACEHOLDER.test(secret) ? 'has a secret as it stands in an example' : null;
}

/** How to make one. */
export const MAKE_ONE = 'Make a random one: openssl rand -base64 48';

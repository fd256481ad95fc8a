/** What somebody can sign in with, as it is, or as it would be. */
export interface Means {
  readonly password: boolean;
  /** Factors in force, of all kinds. */
  readonly factors: number;
  /** Of these, those that are a way in without a password. */
  readonly alone: number;
}

/** A way in: `password` alone, `password-and-factor`, or a `passkey` that verifies its user. */
export type WayIn = 'password' | 'password-and-factor' | 'passkey';

/** Every way in that somebody has. A password is one alone only as long as there is no factor. */
export function waysIn({ password, factors, alone }: Means): readonly WayIn[] {
  return [
    ...(password && factors === 0 ? (['password'] as const) : []),
    ...(password && factors > 0 ? (['password-and-factor'] as const) : []),
    ...(alone > 0 ? (['passkey'] as const) : []),
  ];
}

/** Whether somebody may come to have only these means; else why not. @param needsFactor strength 2 is asked of them. */
export function mayBeLeftWith(means: Means, needsFactor: boolean): 'yes' | 'last-way-in' | 'last-factor' {
  if (waysIn(means).length === 0) return 'last-way-in';
  return needsFactor && means.factors === 0 ? 'last-factor' : 'yes';
}

/** How much work a new password hash is: the parameters of argon2id (RFC 9106). */
export class HashCost {
  constructor(
    /** In KiB. */
    readonly memoryCost: number,
    /** Passes over the memory. */
    readonly timeCost: number,
    readonly parallelism = 1,
  ) {}
}

/** OWASP ASVS 5.0 appendix C and the OWASP Password Storage sheet: the floor for argon2id. */
export const HASH_COST = new HashCost(19456, 2);

import { isIP } from 'node:net';
import { z } from 'zod';

/** `TRUST_PROXY`: what Express takes as `trust proxy`; false where nobody is trusted. */
export const trustProxy = z
  .string()
  .default('')
  .transform((text, context): false | number | string => {
    if (text === '') return false;
    if (/^[1-9]$/.test(text)) return Number(text);
    const named = ['loopback', 'linklocal', 'uniquelocal'];
    const known = text
      .split(',')
      .map(part => part.trim())
      .every(part => named.includes(part) || isAddressOrSubnet(part));
    if (known) return text;
    context.addIssue({ code: 'custom', message: 'malformed' });
    return z.NEVER;
  });

function isAddressOrSubnet(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const most = isIP(address) === 6 ? 128 : 32;
  return (
    isIP(address) !== 0 && rest.length === 0 && (bits === undefined || (/^\d+$/.test(bits) && +bits <= most))
  );
}

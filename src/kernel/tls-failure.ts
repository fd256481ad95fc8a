import { codeOf } from './error-words.js';

/** Why a connection over TLS did not come about. */
export type TlsFailure =
  'another host' | 'unknown authority' | 'out of date' | 'client certificate' | 'no TLS' | 'unusable file';

/** Node's and OpenSSL's codes: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const CODES: Readonly<Record<string, TlsFailure>> = {
  ERR_TLS_CERT_ALTNAME_INVALID: 'another host',
  SELF_SIGNED_CERT_IN_CHAIN: 'unknown authority',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'unknown authority',
  UNABLE_TO_GET_ISSUER_CERT: 'unknown authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'unknown authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'unknown authority',
  CERT_HAS_EXPIRED: 'out of date',
  CERT_NOT_YET_VALID: 'out of date',
  // RFC 8446 6.2. TLS 1.2 has no alert of its own for it: a server says that no handshake is possible.
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'client certificate',
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: 'client certificate',
  ERR_SSL_WRONG_VERSION_NUMBER: 'no TLS',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'no TLS',
  ERR_OSSL_PEM_NO_START_LINE: 'unusable file',
  ERR_OSSL_X509_KEY_VALUES_MISMATCH: 'unusable file',
};

/** What failed of TLS; null: something else did. */
export const tlsFailure = (error: unknown): TlsFailure | null => CODES[codeOf(error)] ?? null;

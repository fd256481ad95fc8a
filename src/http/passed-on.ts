import type { IncomingHttpHeaders } from 'node:http';

/** What proxies, balancers and delivery networks add under names of their own. */
const NAMES = /^(via|cdn-loop|early-data|front-end-https|x-host|x-(url-)?scheme|(x-)?real-\w+)$/;
/** What such names have in common: `X-Forwarded-*`, `True-Client-IP`, `X-Original-Host`, `X-Envoy-External-Address`. */
const WORDS = /forward|prox[iy]|tunnel|original|rewrite|ip$|addr(ess)?$/;
const MAKERS =
  /^(x-)?(akamai|ali-cdn|amzn?|appengine|arr|azure|cf|cloud|cloudfront|envoy|fastly|fly|incap|nf|ngrok|railway|render|sucuri|tailscale|varnish|vercel)-/;

/**
 * Whether a request says of itself that somebody passes it on. No browser sends a header like these. That it is
 * empty says as much: the one who wrote it had nothing to say.
 */
export const isPassedOn = (headers: IncomingHttpHeaders): boolean =>
  Object.keys(headers).some(name => NAMES.test(name) || WORDS.test(name) || MAKERS.test(name));

import { isIPv4 } from 'node:net';

/** Whether a host name or address of a URL is this machine: nothing said to it crosses a network. */
export const isLoopbackHost = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));

// In JavaScript, because what runs the suites needs it before there is anybody to compile.
export { freePort } from './suites/free-port.mjs';

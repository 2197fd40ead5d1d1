import { takeRandomBytes } from './random-bytes.js';

/**
 * 144 random bits, which can neither be guessed (SEC3) nor collide. Base64url needs no escaping in a header or a key.
 */
export const newSessionId = (): string => takeRandomBytes(18).toString('base64url');

const VISIBLE_ASCII = /^[\x21-\x7e]{1,128}$/;

/**
 * Whether a header has the form of a session id. This package's ids are stricter, but a custom store may have others.
 * Blanks, control characters and overlong text must never become part of a key.
 */
export const isSessionId = (header: unknown): header is string =>
  typeof header === 'string' && VISIBLE_ASCII.test(header);

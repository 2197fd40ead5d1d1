import { randomBytes } from 'node:crypto';

/** 144 bits: nobody guesses one (S3), and two never meet. Written so that it fits a header and a key as it is. */
export const newSessionId = (): string => randomBytes(18).toString('base64url');

const VISIBLE_ASCII = /^[\x21-\x7e]{1,128}$/;

/**
 * Whether a header can be a session id at all. Ours are shorter and plainer, but a replaced store may know its own;
 * what this refuses (blanks, control bytes, endless text) must never become part of a key.
 */
export const isSessionId = (header: unknown): header is string =>
  typeof header === 'string' && VISIBLE_ASCII.test(header);

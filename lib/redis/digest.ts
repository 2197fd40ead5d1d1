import { createHash } from 'node:crypto';

/** Returns a short name for text that may be long or confidential. */
export const digest = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 32);

const MAX_TEXTS = 1000;
/** Characters of a text that is remembered. */
const MAX_LENGTH = 256;

/** Digests of what comes again and again, such as the client of each call. */
export class RecentDigests {
  readonly #digests = new Map<string, string>();

  of(text: string): string {
    const recent = this.#digests.get(text);
    if (recent !== undefined) return recent;
    const made = digest(text);
    if (text.length > MAX_LENGTH) return made;
    if (this.#digests.size >= MAX_TEXTS) this.#digests.clear();
    this.#digests.set(text, made);
    return made;
  }
}

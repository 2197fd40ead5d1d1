import { hash } from 'node:crypto';
import type { Principal } from '../session/principal.js';

/** What is known of a token that was verified before. */
export interface RecentToken {
  readonly principal: Principal;
  /** The `cnf` of the token, if it is bound to a key. */
  readonly confirmation: unknown;
  /** Both in ms since the epoch. */
  readonly expiresAt: number;
  readonly reusableUntil: number;
}

const MAX_TOKENS = 5000;
/** A principal may hold as much as its token. */
const MAX_CHARACTERS = 8 * 1024 * 1024;

/** The tokens that were verified lately, by their hashes, so that a client costs one verification a minute. */
export class RecentTokens {
  readonly #tokens = new Map<string, { readonly known: RecentToken; readonly characters: number }>();
  #characters = 0;

  /** A token that expires while it is known here is found again: only the caller knows how to refuse it. */
  find(id: string): RecentToken | undefined {
    const found = this.#tokens.get(id);
    if (found === undefined || found.known.reusableUntil > Date.now()) return found?.known;
    this.#remove(id);
    return undefined;
  }

  add(id: string, known: RecentToken, characters: number): void {
    this.#remove(id);
    this.#tokens.set(id, { known, characters });
    this.#characters += characters;
    for (const oldest of this.#tokens.keys()) {
      if (this.#tokens.size <= MAX_TOKENS && this.#characters <= MAX_CHARACTERS) break;
      this.#remove(oldest);
    }
  }

  #remove(id: string): void {
    const found = this.#tokens.get(id);
    if (!found) return;
    this.#tokens.delete(id);
    this.#characters -= found.characters;
  }
}

/** A token is a secret, so it is known by its hash only. */
export const tokenId = (token: string): string => hash('sha256', token, 'base64url');

import { sessionKeyText } from '../../session/session-key.js';
import type { SessionKey } from '../../session/session-record.js';

/** The sessions of which connections are open, so that they make room for no other. */
export class SessionHolds {
  readonly #holds = new Map<string, number>();

  add(key: SessionKey): void {
    const text = sessionKeyText(key);
    this.#holds.set(text, (this.#holds.get(text) ?? 0) + 1);
  }

  remove(key: SessionKey): void {
    const text = sessionKeyText(key);
    const others = (this.#holds.get(text) ?? 0) - 1;
    if (others > 0) this.#holds.set(text, others);
    else this.#holds.delete(text);
  }

  has(key: SessionKey): boolean {
    return this.#holds.has(sessionKeyText(key));
  }
}

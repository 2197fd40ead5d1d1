import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { knownAcrossCopies } from '../packages/known-across-copies.js';

/**
 * A key that seals request states: 32 bytes or more, as bytes or as text in Base64, Base64url or hex.
 *
 * @example
 * ```ts
 * // openssl rand -base64 32
 * McpModule.forRoot({ name: 'weather', version: '1.0.0', requestState: { keys: [process.env.MCP_STATE_KEY!] } });
 * ```
 *
 * @publicApi
 */
export type StateKey = string | Uint8Array;

interface Key {
  readonly id: string;
  readonly bytes: Buffer;
}

const IV_BYTES = 12;
const TAG_BYTES = 16;
const MIN_KEY_BYTES = 32;
const VERSION = 'v1';

/** A key is invalid. Thrown while the module is created. */
export class StateKeyError extends Error {
  override readonly name = 'StateKeyError';
}

/**
 * Seals what is sent through the client with AES-256-GCM, so that the client can neither read nor change it.
 * The first key seals and all keys open. To rotate keys, put the new one first and remove the old one once its states
 * have expired.
 */
export class KeyRing {
  static {
    knownAcrossCopies(this, 'KeyRing');
  }

  #keys: readonly Key[];

  /**
   * @param keys newest first; defaults to one random key, which no other process knows, nor this one after a restart
   * @param now the clock that all instances with these keys use, ms
   */
  constructor(
    keys: readonly StateKey[] = [randomBytes(MIN_KEY_BYTES)],
    readonly now: () => number = Date.now,
  ) {
    if (keys.length === 0) throw new StateKeyError('requestState.keys is empty; give at least one key of 32 bytes.');
    this.#keys = keys.map(readKey);
  }

  /** Whether the key named in this token is one of these keys. If not, `refresh()` may find it. */
  knows(token: string): boolean {
    const id = token.split('.', 2)[1];
    return this.#keys.some((key) => key.id === id);
  }

  /** Checks whether other instances have agreed on newer keys. This class has no other instances to ask. */
  refresh(): Promise<void> {
    return Promise.resolve();
  }

  /** Resolves once there is a key to seal with; rejects when the instances cannot agree on one. */
  ready(): Promise<void> {
    return Promise.resolve();
  }

  /** Replaces all keys, newest first. */
  protected replace(keys: readonly StateKey[]): void {
    this.#keys = keys.map(readKey);
  }

  /** Returns `v1.<key id>.<iv, ciphertext and tag>`; the version and the key id are authenticated, too. */
  seal(text: string): string {
    const key = this.#keys[0]!;
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', key.bytes, iv).setAAD(header(key.id));
    const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `${VERSION}.${key.id}.${sealed.toString('base64url')}`;
  }

  /** @returns `undefined` for any text that is not exactly what one of these keys has sealed */
  open(token: string): string | undefined {
    const [version, id, body, ...rest] = token.split('.');
    if (version !== VERSION || body === undefined || rest.length > 0) return undefined;
    const key = this.#keys.find((candidate) => candidate.id === id);
    const sealed = Buffer.from(body, 'base64url');
    // Another Base64 spelling of the same bytes must not be valid: a token could be used once per spelling.
    if (!key || sealed.length < IV_BYTES + TAG_BYTES || sealed.toString('base64url') !== body) return undefined;
    const iv = sealed.subarray(0, IV_BYTES);
    const tag = sealed.subarray(-TAG_BYTES);
    try {
      const decipher = createDecipheriv('aes-256-gcm', key.bytes, iv).setAAD(header(key.id)).setAuthTag(tag);
      return decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
    } catch {
      return undefined;
    }
  }
}

const header = (id: string): Buffer => Buffer.from(`${VERSION}.${id}`);

function readKey(key: StateKey): Key {
  const isBytes = (key as unknown) instanceof Uint8Array;
  if (typeof key !== 'string' && !isBytes) throw new StateKeyError('A key in requestState.keys is missing.');
  const secret = typeof key === 'string' ? decode(key) : Buffer.from(key);
  if (secret.length < MIN_KEY_BYTES) {
    throw new StateKeyError(
      `A key in requestState.keys has ${secret.length} bytes; it needs ${MIN_KEY_BYTES}. Make one with: openssl rand -base64 32`,
    );
  }
  const digest = (purpose: string) => createHash('sha256').update(purpose).update(secret).digest();
  return { id: digest('id').toString('base64url').slice(0, 8), bytes: digest('key') };
}

/** Decodes strictly: Node accepts any text as Base64 and skips the characters that are not. */
function decode(text: string): Buffer {
  if (/^[0-9a-f]{64,}$/i.test(text)) return Buffer.from(text, 'hex');
  if (/^[\w+/-]*={0,2}$/.test(text)) return Buffer.from(text, 'base64');
  throw new StateKeyError(
    'A key in requestState.keys is neither Base64 nor hex. Make one with: openssl rand -base64 32',
  );
}

import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/** A key of 32 bytes or more, as bytes or as text of Base64 or hex. */
export type StateKey = string | Uint8Array;

interface Key {
  readonly id: string;
  readonly bytes: Buffer;
}

const IV_BYTES = 12;
const TAG_BYTES = 16;
const MIN_KEY_BYTES = 32;
const VERSION = 'v1';

/** A key that is none; found when the module is made. */
export class StateKeyError extends Error {
  override readonly name = 'StateKeyError';
}

/**
 * Seals what travels through the client: AES-256-GCM, so that it can neither be read nor changed. The first
 * key seals, all open: to rotate, put the new one in front and take the old one away when its states have expired.
 */
export class KeyRing {
  #keys: readonly Key[];

  /**
   * @param keys newest first; none: a random one, which no other process and no restart knows
   * @param now the clock that all who share the keys go by, ms
   */
  constructor(
    keys: readonly StateKey[] = [randomBytes(MIN_KEY_BYTES)],
    readonly now: () => number = Date.now,
  ) {
    if (keys.length === 0) throw new StateKeyError('requestState.keys is empty; give at least one key of 32 bytes.');
    this.#keys = keys.map(readKey);
  }

  /** Whether the key that is said to have sealed this is one of these; `refresh()` may find it otherwise. */
  knows(token: string): boolean {
    const id = token.split('.', 2)[1];
    return this.#keys.some((key) => key.id === id);
  }

  /** Looks whether others have agreed on newer keys. Here there are no others. */
  refresh(): Promise<void> {
    return Promise.resolve();
  }

  /** @returns when there is a key to seal with; rejects when the others cannot be asked for it */
  ready(): Promise<void> {
    return Promise.resolve();
  }

  /** From now on these, newest first. */
  protected replace(keys: readonly StateKey[]): void {
    this.#keys = keys.map(readKey);
  }

  /** `v1.<key id>.<iv, ciphertext and tag>`; version and key id are authenticated too. */
  seal(text: string): string {
    const key = this.#keys[0]!;
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', key.bytes, iv).setAAD(header(key.id));
    const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `${VERSION}.${key.id}.${sealed.toString('base64url')}`;
  }

  /** @returns `undefined` for whatever was not sealed by one of these keys, byte for byte */
  open(token: string): string | undefined {
    const [version, id, body, ...rest] = token.split('.');
    if (version !== VERSION || body === undefined || rest.length > 0) return undefined;
    const key = this.#keys.find((candidate) => candidate.id === id);
    const sealed = Buffer.from(body, 'base64url');
    // Other spellings of the same bytes are no token of ours: it would not be single use, then.
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
  const given = typeof key === 'string' ? decode(key) : Buffer.from(key);
  if (given.length < MIN_KEY_BYTES) {
    throw new StateKeyError(
      `A key in requestState.keys has ${given.length} bytes; it needs ${MIN_KEY_BYTES}. Make one with: openssl rand -base64 32`,
    );
  }
  const digest = (purpose: string) => createHash('sha256').update(purpose).update(given).digest();
  return { id: digest('id').toString('base64url').slice(0, 8), bytes: digest('key') };
}

/** Strictly: Node would take a sentence for Base64 and leave out what does not fit. */
function decode(text: string): Buffer {
  if (/^[0-9a-f]{64,}$/i.test(text)) return Buffer.from(text, 'hex');
  if (/^[\w+/-]*={0,2}$/.test(text)) return Buffer.from(text, 'base64');
  throw new StateKeyError(
    'A key in requestState.keys is neither Base64 nor hex. Make one with: openssl rand -base64 32',
  );
}

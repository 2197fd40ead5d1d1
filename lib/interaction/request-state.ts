import { createHash, randomUUID } from 'node:crypto';
import { ErrorCode, McpError } from '../protocol/errors.js';
import { isObject, type JsonObject } from '../protocol/messages.js';
import type { StepResult } from './step-result.js';
import type { KeyRing } from './key-ring.js';
import type { NonceStore } from './nonce-store.js';

/** What a state may be used for: this call and no other. */
export interface StateBinding {
  /** Name of the server: several of one application may share their keys, and have tools of one name. */
  readonly server: string;
  /** `principalId()` of the caller. */
  readonly principal: string;
  readonly method: string;
  /** Name of the tool or prompt, URI of the resource. */
  readonly name: string;
  readonly arguments: JsonObject;
}

/** An answer that was accepted, with the fingerprint of what it answers. */
export interface AcceptedAnswer {
  readonly fingerprint: string;
  readonly answer: unknown;
}

/** What one round of a call leaves for the next; nothing of it is kept on the server (M-8). */
export interface RoundState {
  /** How many rounds have asked so far. */
  readonly round: number;
  /** What this round asked, as fingerprints by key: answers to anything else are not looked at (T-29). */
  readonly asked: Readonly<Record<string, string>>;
  /** Accepted answers of earlier rounds (M-5). */
  readonly answered: Readonly<Record<string, AcceptedAnswer>>;
  /** Results of `ctx.step()`. */
  readonly steps: Readonly<Record<string, StepResult>>;
  /** The method's own state. */
  readonly state?: unknown;
}

interface Sealed {
  readonly bound: string;
  readonly expires: number;
  readonly nonce: string;
  readonly round: RoundState;
}

/** A sealed state larger than this is a mistake: it goes through clients' memory and body limits (Q-8). */
const MAX_STATE_CHARACTERS = 256 * 1024;

/** Canonical JSON, so that the order of keys makes no difference. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? 'null';
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
  return `{${members.join(',')}}`;
}

export const fingerprintOf = (value: unknown): string =>
  createHash('sha256').update(canonical(value)).digest('base64url').slice(0, 22);

/** Tampered, foreign, expired and replayed look the same to whoever tries. */
const invalidState = (): McpError =>
  new McpError(ErrorCode.InvalidParams, 'Invalid or expired requestState', {
    data: { reason: 'invalid_request_state' },
  });

/** Writes and reads the `requestState` of multi-round-trip requests (§4.2). */
export class RequestStates {
  constructor(
    private readonly keys: KeyRing,
    /** Age at which a state is refused, ms. */
    private readonly ttlMs: number,
    /** Given where each state may be used only once. */
    private readonly nonces: NonceStore | undefined,
    private readonly now: () => number = keys.now,
  ) {}

  async seal(binding: StateBinding, round: RoundState): Promise<string> {
    await this.keys.ready();
    const sealed: Sealed = {
      bound: fingerprintOf(binding),
      expires: this.now() + this.ttlMs,
      nonce: randomUUID(),
      round,
    };
    const token = this.keys.seal(JSON.stringify(sealed));
    if (token.length > MAX_STATE_CHARACTERS) {
      throw new Error(
        'The state of this call is too large to travel through the client; return less from ctx.step(), and ask for less.',
      );
    }
    return token;
  }

  /** @throws {McpError} `-32602` for a token that is not one of ours, for this call, by this caller, in time */
  async open(token: unknown, binding: StateBinding): Promise<RoundState> {
    // Sealed by a newer key than this instance has heard of, perhaps: keys of a fleet are rotated while it runs.
    if (typeof token === 'string' && !this.keys.knows(token)) await this.keys.refresh();
    const text = typeof token === 'string' && token.length <= MAX_STATE_CHARACTERS ? this.keys.open(token) : undefined;
    if (text === undefined) throw invalidState();
    const { bound, expires, nonce, round } = JSON.parse(text) as Sealed;
    if (bound !== fingerprintOf(binding) || expires <= this.now()) throw invalidState();
    if (this.nonces && !(await this.nonces.use(nonce, this.ttlMs))) throw invalidState();
    return round;
  }
}

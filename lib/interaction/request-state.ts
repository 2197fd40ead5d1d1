import { createHash, randomUUID } from 'node:crypto';
import { ErrorCode, McpError } from '../protocol/errors.js';
import { isObject, type JsonObject } from '../protocol/messages.js';
import type { StepResult } from './step-result.js';
import type { KeyRing } from './key-ring.js';
import type { NonceStore } from './nonce-store.js';

/** What a state is bound to: it is valid for this call and no other. */
export interface StateBinding {
  /** The name of the server: the servers of one application may share their keys and have tools of the same name. */
  readonly server: string;
  /** The `principalId()` of the caller. */
  readonly principal: string;
  readonly method: string;
  /** The name of the tool or prompt, or the URI of the resource. */
  readonly name: string;
  readonly arguments: JsonObject;
}

/** An accepted answer, with the fingerprint of its question. */
export interface AcceptedAnswer {
  readonly fingerprint: string;
  readonly answer: unknown;
}

/** What one round of a call passes on to the next. The server keeps none of it (M-8). */
export interface RoundState {
  /** The number of rounds that have asked so far. */
  readonly round: number;
  /** The fingerprints of this round's questions by key. Answers to anything else are ignored (T-29). */
  readonly asked: Readonly<Record<string, string>>;
  /** Accepted answers of earlier rounds (M-5). */
  readonly answered: Readonly<Record<string, AcceptedAnswer>>;
  /** Results of `ctx.step()`. */
  readonly steps: Readonly<Record<string, StepResult>>;
  /** The state of the method, from `inputRequired()`. */
  readonly state?: unknown;
}

interface Sealed {
  readonly bound: string;
  readonly expires: number;
  readonly nonce: string;
  readonly round: RoundState;
}

/** A larger state is an error: clients keep it in memory and send it within their body limits. */
const MAX_STATE_CHARACTERS = 256 * 1024;

/** Returns canonical JSON, in which the order of the keys makes no difference. */
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

/** The same error for a state that is tampered with, foreign, expired or replayed, so that it reveals nothing. */
const invalidState = (): McpError =>
  new McpError(ErrorCode.InvalidParams, 'Invalid or expired requestState', {
    data: { reason: 'invalid_request_state' },
  });

/** Writes and reads the `requestState` of multi-round-trip requests (§4.2). */
export class RequestStates {
  constructor(
    private readonly keys: KeyRing,
    /** The age at which a state is refused, ms. */
    private readonly ttlMs: number,
    /** Present if each state may be used only once. */
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
        'The state of this call is too large to send through the client; return less from ctx.step() or ask for less.',
      );
    }
    return token;
  }

  /** @throws {McpError} `-32602` for a token that is not ours, has expired, or belongs to another call or caller */
  async open(token: unknown, binding: StateBinding): Promise<RoundState> {
    // A key this instance does not know yet may have sealed it: the keys of a fleet rotate while it runs.
    if (typeof token === 'string' && !this.keys.knows(token)) await this.keys.refresh();
    const text = typeof token === 'string' && token.length <= MAX_STATE_CHARACTERS ? this.keys.open(token) : undefined;
    if (text === undefined) throw invalidState();
    const { bound, expires, nonce, round } = JSON.parse(text) as Sealed;
    if (bound !== fingerprintOf(binding) || expires <= this.now()) throw invalidState();
    if (this.nonces && !(await this.nonces.use(nonce, this.ttlMs))) throw invalidState();
    return round;
  }
}

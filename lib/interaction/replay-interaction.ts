import { ErrorCode, McpError, MissingClientCapabilityError } from '../protocol/errors.js';
import { isObject, type JsonObject } from '../protocol/messages.js';
import type { Revision } from '../protocol/revisions.js';
import { InputRequired } from './input-required.js';
import { missingCapabilities, type InputRequest } from './input-request.js';
import { type Accepted, InputRefusedError, type Interaction, type Outcome, type Question } from './interaction.js';
import { keepStep, type KeptStep } from './kept-step.js';
import { QuestionKeys } from './question-keys.js';
import {
  fingerprint,
  type KeptAnswer,
  type RequestStates,
  type RoundState,
  type StateBinding,
} from './request-state.js';
import { Round, ROUND_OVER, RoundOver } from './round.js';

// Shared: nearly every call asks nothing, and should not pay for what it could ask.
const NOTHING_ASKED: ReadonlyMap<string, string> = new Map();
const NO_RESPONSES: JsonObject = Object.freeze({});
const FIRST: RoundState = { round: 0, asked: {}, answered: {}, steps: {} };

export interface ReplayLimits {
  readonly states: RequestStates;
  readonly maxRounds: number;
  /** Told when a method asks something else than before: a fault of its author that no client can do anything about. */
  readonly diverged: (binding: StateBinding, key: string) => void;
}

/** What the client of one request can be asked. */
export interface ReplayClient {
  readonly capabilities: Readonly<JsonObject>;
  readonly revision: Revision;
}

interface Asked {
  readonly request: InputRequest;
  readonly print: string;
}

/**
 * The modern way to ask (§4): the round ends with the questions, the client calls again with the answers, and the method
 * runs from the top. Answered questions resolve at once; what the method has done since the last round it does again,
 * but for what it wrapped in `step()`.
 */
export class ReplayInteraction implements Interaction {
  // Maps, because keys may come from anywhere: `__proto__` is one like any other (T-36).
  readonly #answered: Map<string, KeptAnswer>;
  readonly #steps: Map<string, KeptStep>;
  readonly #asked: ReadonlyMap<string, string>;
  readonly #running = new Map<string, Promise<unknown>>();
  readonly #pending = new Map<string, Asked>();
  readonly #keys = new QuestionKeys();
  readonly #round = new Round();
  readonly responses: Readonly<JsonObject>;

  private constructor(
    private readonly limits: ReplayLimits,
    private readonly binding: StateBinding,
    private readonly client: ReplayClient,
    private readonly previous: RoundState,
    private readonly resumed: boolean,
    given: JsonObject,
  ) {
    this.#answered = resumed ? new Map(Object.entries(previous.answered)) : new Map();
    this.#steps = resumed ? new Map(Object.entries(previous.steps)) : new Map();
    this.#asked = resumed ? new Map(Object.entries(previous.asked)) : NOTHING_ASKED;
    this.responses = given === NO_RESPONSES ? NO_RESPONSES : this.#expected(given);
  }

  /** With a state only what it says was asked counts (T-29), the rest is ignored (M-10). */
  #expected(given: JsonObject): JsonObject {
    return Object.fromEntries(Object.entries(given).filter(([key]) => !this.resumed || this.#asked.has(key)));
  }

  /** @throws {McpError} `-32602` for a state that is not valid for this call */
  static open(
    limits: ReplayLimits,
    binding: StateBinding,
    client: ReplayClient,
    { requestState, inputResponses }: JsonObject,
  ): ReplayInteraction | Promise<ReplayInteraction> {
    const responses = isObject(inputResponses) ? inputResponses : NO_RESPONSES;
    const begin = (previous: RoundState, resumed: boolean) =>
      new ReplayInteraction(limits, binding, client, previous, resumed, responses);
    if (requestState === undefined) return begin(FIRST, false);
    return limits.states.open(requestState, binding).then((previous) => begin(previous, true));
  }

  get state(): unknown {
    return this.previous.state;
  }

  async ask(given: string | undefined, pose: () => Question | Promise<Question>): Promise<unknown> {
    const key = this.#keys.next(given);
    const accepted = await this.#round.hold(async () => this.#look(key, given !== undefined, await pose()));
    return accepted ? accepted.value : this.#round.unwound();
  }

  step<T>(key: string, run: () => T | Promise<T>): Promise<T> {
    const kept = this.#steps.get(key);
    if (kept) return Promise.resolve(kept.value as T);
    const known = this.#running.get(key);
    if (known) return known as Promise<T>;
    const running = this.#round.hold(async () => {
      const made = keepStep(key, await run());
      this.#steps.set(key, made);
      return made.value as T;
    });
    this.#running.set(key, running);
    // What failed is not remembered: it may be tried again, now or in a later round.
    running.catch(() => this.#running.delete(key));
    return running;
  }

  async run(method: () => Promise<unknown>): Promise<Outcome> {
    const value = await this.#round.run(method);
    if (value === ROUND_OVER) return { inputRequired: await this.#seal(this.#inOrder(), undefined) };
    if (!(value instanceof InputRequired)) return { value };
    const asked = Object.entries(value.inputRequests).map(([key, request]): [string, Asked] => {
      this.#requireCapability(request);
      return [key, { request, print: fingerprint(request) }];
    });
    this.#requireRound();
    await Promise.allSettled(this.#running.values());
    return { inputRequired: await this.#seal(new Map(asked), value.state) };
  }

  /** @returns the answer, or `undefined` when the client has to be asked */
  async #look(
    key: string,
    explicit: boolean,
    { request, accept }: Question,
  ): Promise<(Accepted & { ok: true }) | undefined> {
    const print = fingerprint(request);
    const before = this.#answered.get(key);
    const expected = before?.print ?? this.#asked.get(key) ?? this.#pending.get(key)?.print;
    if (expected !== undefined && expected !== print) this.#diverge(key);
    const answer = before ? before.answer : this.#responseTo(key, explicit);
    if (answer !== undefined) {
      const accepted = await accept(answer);
      if (accepted.ok) {
        this.#answered.set(key, { print, answer });
        return accepted;
      }
    }
    this.#requireCapability(request);
    this.#requireRound();
    this.#pending.set(key, { request, print });
    this.#round.ask();
    return undefined;
  }

  /** People read them in the order in which they were asked, not in which their forms were ready. */
  #inOrder(): ReadonlyMap<string, Asked> {
    const keys = this.#keys.all.filter((key) => this.#pending.has(key));
    return new Map(keys.map((key) => [key, this.#pending.get(key)!]));
  }

  /** Without a state the method's own keys still say which question is answered; an order does not. */
  #responseTo(key: string, explicit: boolean): unknown {
    return (this.resumed || explicit) && Object.hasOwn(this.responses, key) ? this.responses[key] : undefined;
  }

  /** The answers would go to the wrong questions: this call has no right outcome any more, whatever its method makes of it. */
  #diverge(key: string): never {
    this.limits.diverged(this.binding, key);
    const message = 'This call cannot go on: the server asks for something else than it did before. Start it anew.';
    this.#round.fail(new McpError(ErrorCode.InternalError, message));
    throw new RoundOver();
  }

  #requireCapability(request: InputRequest): void {
    const missing = missingCapabilities(request, this.client.capabilities, this.client.revision);
    if (missing) throw new MissingClientCapabilityError(missing);
  }

  #requireRound(): void {
    const { maxRounds } = this.limits;
    if (this.previous.round < maxRounds) return;
    throw new InputRefusedError(`The call has asked for input ${maxRounds} times and still lacks some`);
  }

  async #seal(asked: ReadonlyMap<string, Asked>, state: unknown): Promise<JsonObject> {
    const entries = [...asked];
    const requestState = await this.limits.states.seal(this.binding, {
      round: this.previous.round + 1,
      asked: Object.fromEntries(entries.map(([key, { print }]) => [key, print])),
      answered: Object.fromEntries(this.#answered),
      steps: Object.fromEntries(this.#steps),
      state,
    });
    const inputRequests = Object.fromEntries(entries.map(([key, { request }]) => [key, request]));
    return { resultType: 'input_required', ...(entries.length > 0 && { inputRequests }), requestState };
  }
}

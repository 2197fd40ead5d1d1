import { ErrorCode, McpError } from '../protocol/errors.js';
import { isObject, type JsonObject } from '../protocol/messages.js';
import { InputRequired } from './input-required.js';
import type { InputRequest } from './input-request.js';
import { type AskedClient, requireCapability, tooManyRounds } from './asking-limits.js';
import { type Accepted, type Interaction, type Outcome, type Question } from './interaction.js';
import { stepResult, type StepResult } from './step-result.js';
import { QuestionKeys } from './question-keys.js';
import {
  fingerprintOf,
  type AcceptedAnswer,
  type RequestStates,
  type RoundState,
  type StateBinding,
} from './request-state.js';
import { Round, ROUND_OVER, RoundOver } from './round.js';

// Shared, because most calls ask nothing and should not pay for the possibility.
const NOTHING_ASKED: ReadonlyMap<string, string> = new Map();
const NO_RESPONSES: JsonObject = Object.freeze({});
const FIRST: RoundState = { round: 0, asked: {}, answered: {}, steps: {} };

export interface ModernLimits {
  readonly states: RequestStates;
  readonly maxRounds: number;
  /** Called when a method asks a different question than before: a bug in the method that no client can fix. */
  readonly diverged: (binding: StateBinding, key: string) => void;
}

interface AskedQuestion {
  readonly request: InputRequest;
  readonly fingerprint: string;
}

/**
 * How a modern call asks for input (§4): the round ends with the questions, the client calls again with the answers,
 * and the method runs again from the top. Questions that are answered resolve immediately. The method repeats
 * everything it did, except for what it wrapped in `step()`.
 */
export class ModernInteraction implements Interaction {
  // Maps, because keys can be any text, `__proto__` included (T-36).
  readonly #answered: Map<string, AcceptedAnswer>;
  readonly #steps: Map<string, StepResult>;
  readonly #asked: ReadonlyMap<string, string>;
  readonly #running = new Map<string, Promise<unknown>>();
  readonly #pending = new Map<string, AskedQuestion>();
  readonly #keys = new QuestionKeys();
  readonly #round = new Round();
  readonly responses: Readonly<JsonObject>;

  private constructor(
    private readonly limits: ModernLimits,
    private readonly binding: StateBinding,
    private readonly client: AskedClient,
    private readonly previous: RoundState,
    private readonly resumed: boolean,
    responses: JsonObject,
  ) {
    this.#answered = resumed ? new Map(Object.entries(previous.answered)) : new Map();
    this.#steps = resumed ? new Map(Object.entries(previous.steps)) : new Map();
    this.#asked = resumed ? new Map(Object.entries(previous.asked)) : NOTHING_ASKED;
    this.responses = responses === NO_RESPONSES ? NO_RESPONSES : this.#expected(responses);
  }

  /** With a state, only responses to the questions in it count (T-29); the rest is ignored (M-10). */
  #expected(responses: JsonObject): JsonObject {
    return Object.fromEntries(Object.entries(responses).filter(([key]) => !this.resumed || this.#asked.has(key)));
  }

  /** A call without a state or responses of an earlier round. */
  static first(limits: ModernLimits, binding: StateBinding, client: AskedClient): ModernInteraction {
    return new ModernInteraction(limits, binding, client, FIRST, false, NO_RESPONSES);
  }

  /**
   * A call with the state or the responses of an earlier round.
   *
   * @throws {McpError} `-32602` for a state that is not valid for this call
   */
  static async resume(
    limits: ModernLimits,
    binding: StateBinding,
    client: AskedClient,
    { requestState, inputResponses }: JsonObject,
  ): Promise<ModernInteraction> {
    const responses = isObject(inputResponses) ? inputResponses : NO_RESPONSES;
    const resumed = requestState !== undefined;
    const previous = resumed ? await limits.states.open(requestState, binding) : FIRST;
    return new ModernInteraction(limits, binding, client, previous, resumed, responses);
  }

  get state(): unknown {
    return this.previous.state;
  }

  async ask(explicitKey: string | undefined, createQuestion: () => Question | Promise<Question>): Promise<unknown> {
    const key = this.#keys.next(explicitKey);
    const accepted = await this.#round.during(async () =>
      this.#answerTo(key, explicitKey !== undefined, await createQuestion()),
    );
    return accepted ? accepted.value : this.#round.untilOver();
  }

  step<T>(key: string, run: () => T | Promise<T>): Promise<T> {
    const stored = this.#steps.get(key);
    if (stored) return Promise.resolve(stored.value as T);
    const known = this.#running.get(key);
    if (known) return known as Promise<T>;
    const running = this.#round.during(async () => {
      const result = stepResult(key, await run());
      this.#steps.set(key, result);
      return result.value as T;
    });
    this.#running.set(key, running);
    // A failure is not remembered, so that the step can be retried, now or in a later round.
    running.catch(() => this.#running.delete(key));
    return running;
  }

  async run(method: () => unknown): Promise<Outcome> {
    const value = await this.#round.run(async () => method());
    if (value === ROUND_OVER) return { inputRequired: await this.#seal(this.#inOrder(), undefined) };
    if (!(value instanceof InputRequired)) return { value };
    const questions = Object.entries(value.inputRequests).map(([key, request]): [string, AskedQuestion] => {
      requireCapability(request, this.client);
      return [key, { request, fingerprint: fingerprintOf(request) }];
    });
    this.#requireRound();
    await Promise.allSettled(this.#running.values());
    return { inputRequired: await this.#seal(new Map(questions), value.state) };
  }

  /** @returns the answer, or `undefined` when the client has to be asked */
  async #answerTo(
    key: string,
    explicit: boolean,
    { request, accept }: Question,
  ): Promise<(Accepted & { ok: true }) | undefined> {
    const fingerprint = fingerprintOf(request);
    const before = this.#answered.get(key);
    const expected = before?.fingerprint ?? this.#asked.get(key) ?? this.#pending.get(key)?.fingerprint;
    if (expected !== undefined && expected !== fingerprint) this.#diverge(key);
    const answer = before ? before.answer : this.#responseTo(key, explicit);
    if (answer !== undefined) {
      const accepted = await accept(answer);
      if (accepted.ok) {
        this.#answered.set(key, { fingerprint, answer });
        return accepted;
      }
    }
    requireCapability(request, this.client);
    this.#requireRound();
    this.#pending.set(key, { request, fingerprint });
    this.#round.requestInput();
    return undefined;
  }

  /** Returns the questions in the order in which the method asked them, not in which their forms were compiled. */
  #inOrder(): ReadonlyMap<string, AskedQuestion> {
    const keys = this.#keys.all.filter((key) => this.#pending.has(key));
    return new Map(keys.map((key) => [key, this.#pending.get(key)!]));
  }

  /** Without a state, an explicit key still identifies the question that is answered; a number by order does not. */
  #responseTo(key: string, explicit: boolean): unknown {
    return (this.resumed || explicit) && Object.hasOwn(this.responses, key) ? this.responses[key] : undefined;
  }

  /** The answers would go to the wrong questions, so the call fails, whatever its method does. */
  #diverge(key: string): never {
    this.limits.diverged(this.binding, key);
    const message =
      'This call cannot continue: the server asks a different question than before. Start the call again.';
    this.#round.fail(new McpError(ErrorCode.InternalError, message));
    throw new RoundOver();
  }

  #requireRound(): void {
    const { maxRounds } = this.limits;
    if (this.previous.round < maxRounds) return;
    throw tooManyRounds(maxRounds);
  }

  async #seal(questions: ReadonlyMap<string, AskedQuestion>, state: unknown): Promise<JsonObject> {
    const entries = [...questions];
    const requestState = await this.limits.states.seal(this.binding, {
      round: this.previous.round + 1,
      asked: Object.fromEntries(entries.map(([key, { fingerprint }]) => [key, fingerprint])),
      answered: Object.fromEntries(this.#answered),
      steps: Object.fromEntries(this.#steps),
      state,
    });
    const inputRequests = Object.fromEntries(entries.map(([key, { request }]) => [key, request]));
    return { resultType: 'input_required', ...(entries.length > 0 && { inputRequests }), requestState };
  }
}

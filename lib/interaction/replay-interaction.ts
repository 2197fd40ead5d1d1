import { CancelledError } from '../engine/exchange.js';
import { MissingClientCapabilityError } from '../protocol/errors.js';
import { isObject, type JsonObject } from '../protocol/messages.js';
import type { Revision } from '../protocol/revisions.js';
import { InputRequired } from './input-required.js';
import { missingCapabilities, type InputRequest } from './input-request.js';
import { InputRefusedError, type Interaction, type Outcome, type Question } from './interaction.js';
import { fingerprint, type RequestStates, type RoundState, type StateBinding } from './request-state.js';

/** Unwinds a method whose round is over. What it does with it makes no difference: the answer is decided. */
export class RoundOver extends CancelledError {
  constructor() {
    super('this round has ended to ask the client; the method is run again with the answers');
  }
}

/** The method asked something else than in the round before, where it must ask the same. */
export class NonDeterministicError extends Error {
  override readonly name = 'NonDeterministicError';
  constructor(key: string) {
    super(
      `The question "${key}" is not the one that was asked in the round before. A method is run again from the top with each answer: ` +
        'ask the same questions in the same order, give them explicit keys, and put what varies into ctx.step().',
    );
  }
}

const ROUND_OVER = Symbol('round over');
const FIRST: RoundState = { round: 0, asked: {}, answered: {}, steps: {} };

export interface ReplayLimits {
  readonly states: RequestStates;
  readonly maxRounds: number;
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
  readonly #answered: Record<string, { print: string; answer: unknown }>;
  readonly #steps: JsonObject;
  readonly #running = new Map<string, Promise<unknown>>();
  readonly #pending = new Map<string, Asked>();
  readonly #unwind: ((over: RoundOver) => void)[] = [];
  #order = 0;
  #endRound: () => void = () => {};
  #ending: NodeJS.Immediate | undefined;

  private constructor(
    private readonly limits: ReplayLimits,
    private readonly binding: StateBinding,
    private readonly client: { capabilities: Readonly<JsonObject>; revision: Revision },
    private readonly previous: RoundState,
    private readonly resumed: boolean,
    readonly responses: Readonly<JsonObject>,
  ) {
    this.#answered = { ...previous.answered };
    this.#steps = { ...previous.steps };
  }

  /** @throws {McpError} `-32602` for a state that is not valid for this call */
  static open(
    limits: ReplayLimits,
    binding: StateBinding,
    client: { capabilities: Readonly<JsonObject>; revision: Revision },
    { requestState, inputResponses }: JsonObject,
  ): ReplayInteraction | Promise<ReplayInteraction> {
    const responses = isObject(inputResponses) ? inputResponses : {};
    const begin = (previous: RoundState, resumed: boolean) =>
      new ReplayInteraction(limits, binding, client, previous, resumed, responses);
    if (requestState === undefined) return begin(FIRST, false);
    return limits.states.open(requestState, binding).then((previous) => begin(previous, true));
  }

  get state(): unknown {
    return this.previous.state;
  }

  async ask(question: Question): Promise<unknown> {
    const key = question.key ?? `#${++this.#order}`;
    const print = fingerprint(question.request);
    const before = this.#answered[key];
    if ((before?.print ?? this.previous.asked[key] ?? print) !== print) throw new NonDeterministicError(key);
    const answer = before ? before.answer : this.#responseTo(key, question.key !== undefined);
    if (answer !== undefined) {
      const accepted = await question.accept(answer);
      if (accepted.ok) {
        this.#answered[key] = { print, answer };
        return accepted.value;
      }
    }
    return this.#askClient(key, { request: question.request, print });
  }

  step<T>(key: string, run: () => T | Promise<T>): Promise<T> {
    if (Object.hasOwn(this.#steps, key)) return Promise.resolve(this.#steps[key] as T);
    const running = this.#running.get(key) ?? this.#runStep(key, run);
    this.#running.set(key, running);
    return running as Promise<T>;
  }

  async run(method: () => Promise<unknown>): Promise<Outcome> {
    const value = await new Promise<unknown>((resolve, reject) => {
      this.#endRound = () => resolve(ROUND_OVER);
      method().then(resolve, reject);
    });
    clearImmediate(this.#ending);
    if (value === ROUND_OVER) {
      for (const reject of this.#unwind) reject(new RoundOver());
      return { inputRequired: this.#seal(this.#pending, undefined) };
    }
    if (!(value instanceof InputRequired)) return { value };
    const asked = Object.entries(value.inputRequests).map(([key, request]): [string, Asked] => {
      this.#requireCapability(request);
      return [key, { request, print: fingerprint(request) }];
    });
    return { inputRequired: this.#seal(new Map(asked), value.state) };
  }

  /**
   * With a state only what it says was asked counts (T-29). Without one the method's own keys still say which question is
   * answered; an order does not.
   */
  #responseTo(key: string, explicit: boolean): unknown {
    const expected = this.resumed ? Object.hasOwn(this.previous.asked, key) : explicit;
    return expected && Object.hasOwn(this.responses, key) ? this.responses[key] : undefined;
  }

  #askClient(key: string, asked: Asked): Promise<never> {
    this.#requireCapability(asked.request);
    this.#pending.set(key, asked);
    // Not at once: questions that are asked side by side (Promise.all) go out in one round.
    this.#ending ??= setImmediate(() => this.#endRound());
    const never = new Promise<never>((_, reject) => this.#unwind.push(reject));
    // A method that does not wait for its question must not end the process.
    never.catch(() => {});
    return never;
  }

  async #runStep<T>(key: string, run: () => T | Promise<T>): Promise<T> {
    const value = await run();
    this.#steps[key] = value ?? null;
    return value;
  }

  #requireCapability(request: InputRequest): void {
    const missing = missingCapabilities(request, this.client.capabilities, this.client.revision);
    if (missing) throw new MissingClientCapabilityError(missing);
  }

  #seal(asked: ReadonlyMap<string, Asked>, state: unknown): JsonObject {
    const round = this.previous.round + 1;
    if (round > this.limits.maxRounds) {
      throw new InputRefusedError(`The call has asked for input ${this.limits.maxRounds} times and still lacks some`);
    }
    const entries = [...asked];
    const requestState = this.limits.states.seal(this.binding, {
      round,
      asked: Object.fromEntries(entries.map(([key, { print }]) => [key, print])),
      answered: this.#answered,
      steps: this.#steps,
      state,
    });
    const inputRequests = Object.fromEntries(entries.map(([key, { request }]) => [key, request]));
    return { resultType: 'input_required', ...(entries.length > 0 && { inputRequests }), requestState };
  }
}

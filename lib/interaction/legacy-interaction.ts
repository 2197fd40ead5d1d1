import { setTimeout as pause } from 'node:timers/promises';
import type { Exchange } from '../exchange/exchange.js';
import { isObject, type JsonObject, type JsonRpcResponse } from '../protocol/messages.js';
import type { SessionRecord } from '../session/session-record.js';
import { requireCapability, tooManyRounds } from './asking-limits.js';
import { InputRequired } from './input-required.js';
import type { InputRequest } from './input-request.js';
import { InputRefusedError, type Interaction, type Outcome, type Question } from './interaction.js';
import { asStored, stepResult } from './step-result.js';
import { ClientRequest } from './client-request.js';
import type { PendingRequests } from './pending-requests.js';
import type { QuestionObserver } from './question-observer.js';
import { inputRequestFor } from './input-request-for-revision.js';
import { QuestionKeys } from './question-keys.js';
import { fingerprintOf } from './request-state.js';

export interface LegacyLimits {
  readonly pending: PendingRequests;
  /** How long the client, and the person who uses it, may take for one answer, ms. */
  readonly timeoutMs: number;
  readonly maxRounds: number;
  readonly observer: QuestionObserver | undefined;
}

const NO_RESPONSES: Readonly<JsonObject> = Object.freeze({});

/** Time between two rounds of a method that asks no questions and only has to wait (J-5). */
const PAUSE_MS = 250;

/**
 * How a legacy call asks for input: it sends a request to the client on the stream of the call and waits for the
 * response, which the client posts as a separate message (J-1, SEP-2260).
 */
export class LegacyInteraction implements Interaction {
  // What is needed to ask is created when the method asks for the first time: most calls never do.
  #steps: Map<string, Promise<unknown>> | undefined;
  #answers: Map<string, { readonly fingerprint: string; readonly answer: Promise<unknown> }> | undefined;
  #open: Set<ClientRequest> | undefined;
  #keys: QuestionKeys | undefined;
  #rounds = 0;
  #hasEnded = false;
  #responses: Readonly<JsonObject> = NO_RESPONSES;
  #state: unknown;

  constructor(
    private readonly limits: LegacyLimits,
    private readonly exchange: Exchange,
    private readonly session: SessionRecord,
  ) {}

  get responses(): Readonly<JsonObject> {
    return this.#responses;
  }
  get state(): unknown {
    return this.#state;
  }

  /** Remembers answers by key as in the modern era, because a method that returns `inputRequired()` is run again. */
  async ask(explicitKey: string | undefined, createQuestion: () => Question | Promise<Question>): Promise<unknown> {
    const key = (this.#keys ??= new QuestionKeys()).next(explicitKey);
    const question = await createQuestion();
    const fingerprint = fingerprintOf(question.request);
    const answers = (this.#answers ??= new Map());
    const known = answers.get(key);
    if (known && known.fingerprint !== fingerprint)
      throw new Error(`Two different questions have the same key "${key}".`);
    if (known) return known.answer;
    const answer = this.#askUntilValid(question);
    answers.set(key, { fingerprint, answer });
    answer.catch(() => answers.delete(key));
    return answer;
  }

  step<T>(key: string, run: () => T | Promise<T>): Promise<T> {
    const steps = (this.#steps ??= new Map());
    const known = steps.get(key);
    if (known) return known as Promise<T>;
    const running = Promise.resolve()
      .then(run)
      .then((value) => stepResult(key, value).value as T);
    steps.set(key, running);
    running.catch(() => steps.delete(key));
    return running;
  }

  run(method: () => unknown): Outcome | Promise<Outcome> {
    const first = attempt(method);
    const isOver = !(first instanceof Promise || first instanceof InputRequired || this.#keys);
    return isOver ? { value: first } : this.#run(first, method);
  }

  /** A method that returns `inputRequired()` is run again here with the answers, and not by the client (J-1). */
  async #run(first: unknown, method: () => unknown): Promise<Outcome> {
    try {
      for (let value = await first; ; value = await method()) {
        if (!(value instanceof InputRequired)) return { value };
        this.#responses = await this.#answersTo(value);
        this.#state = asStored('inputRequired()', value.state).value;
        this.#keys = undefined;
      }
    } finally {
      // A question may still be in the making: it would be asked for nobody.
      this.#hasEnded = true;
      // Requests that nothing awaits, or that were sent concurrently with one that failed (J-5).
      for (const request of this.#open ?? []) request.void('the call it belongs to has ended');
    }
  }

  async #answersTo({ inputRequests }: InputRequired): Promise<JsonObject> {
    const requests = Object.entries(inputRequests);
    if (requests.length === 0) {
      this.#beginRound();
      const { signal } = this.exchange;
      await pause(PAUSE_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
    const answers = requests.map(async ([key, request]) => [key, await this.#request(request)]);
    return Object.fromEntries(await Promise.all(answers)) as JsonObject;
  }

  async #askUntilValid({ request, accept }: Question): Promise<unknown> {
    for (let round = 0; round < this.limits.maxRounds; round++) {
      const accepted = await accept(await this.#request(request));
      if (accepted.ok) return accepted.value;
    }
    throw tooManyRounds(this.limits.maxRounds);
  }

  async #request(request: InputRequest): Promise<unknown> {
    if (this.#hasEnded) throw new InputRefusedError('The call has ended.');
    requireCapability(request, this.session);
    const adapted = inputRequestFor(request, this.session.revision);
    // Concurrent questions are one round, as in the modern era.
    const open = (this.#open ??= new Set());
    if (open.size === 0) this.#beginRound();
    const { pending, observer } = this.limits;
    const clientRequest = new ClientRequest(this.exchange, this.session, pending, observer);
    open.add(clientRequest);
    try {
      return resultOf(await clientRequest.response(adapted, this.limits.timeoutMs));
    } finally {
      open.delete(clientRequest);
    }
  }

  #beginRound(): void {
    if (this.#rounds++ >= this.limits.maxRounds) throw tooManyRounds(this.limits.maxRounds);
  }
}

/** @returns what it returns, or a rejected promise if it throws */
function attempt(method: () => unknown): unknown {
  try {
    return method();
  } catch (error) {
    return Promise.reject(error);
  }
}

/** An error from the client is a refusal: the user said no, or the client cannot do what it declared (J-9). */
function resultOf({ result, error }: JsonRpcResponse): unknown {
  if (error !== undefined)
    throw new InputRefusedError(`The client refused: ${isObject(error) ? String(error.message) : 'error'}`);
  return result;
}

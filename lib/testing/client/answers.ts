import type { InputRequest, Root, SamplingResult } from '../../interaction/input-request.js';
import type { ElicitResult } from '../../interaction/questions.js';
import type { JsonObject } from '../../protocol/messages.js';

/**
 * What a server asked its client.
 *
 * @publicApi
 */
export interface McpQuestion {
  readonly method: InputRequest['method'];
  /** As the server sent them, such as `message` and `requestedSchema`. */
  readonly params: Readonly<JsonObject>;
}

/**
 * How the person at the client answers a form, or a URL: with `accept({ … })`, or not.
 *
 * @publicApi
 */
export type ElicitAnswer = ElicitResult<Readonly<JsonObject>> | 'accept' | 'decline' | 'cancel';

/**
 * One answer, or a function that finds the answers to all questions from here on.
 *
 * @publicApi
 */
export type Answering<A> = A | ((question: McpQuestion) => A | Promise<A>);

/**
 * Answers a form with this content.
 *
 * @example
 * ```ts
 * client.onElicit(accept({ region: 'north' }), 'decline');
 * ```
 * @publicApi
 */
export const accept = (content: Readonly<JsonObject>): ElicitAnswer => ({ action: 'accept', content });

type Method = McpQuestion['method'];

const CAPABILITIES: Readonly<Record<Method, JsonObject>> = {
  'elicitation/create': { elicitation: { form: {}, url: {} } },
  'sampling/createMessage': { sampling: {} },
  'roots/list': { roots: {} },
};

/** Answers the questions of a server as a test wants it, and keeps what was asked. */
export class Answers {
  readonly asked: McpQuestion[] = [];
  readonly #scripts = new Map<Method, Answering<unknown>[]>();

  elicit(answers: readonly Answering<ElicitAnswer>[]): void {
    this.#add('elicitation/create', answers);
  }

  sample(answers: readonly Answering<SamplingResult>[]): void {
    this.#add('sampling/createMessage', answers);
  }

  roots(answers: readonly Answering<readonly Root[]>[]): void {
    this.#add('roots/list', answers);
  }

  /** What the client can be asked. */
  get capabilities(): JsonObject {
    return Object.assign({}, ...[...this.#scripts.keys()].map((method) => CAPABILITIES[method])) as JsonObject;
  }

  /** @throws {Error} when the test has no answer to this */
  async to(question: McpQuestion): Promise<JsonObject> {
    this.asked.push(question);
    const script = this.#scripts.get(question.method) ?? [];
    const [next] = script;
    if (next === undefined) throw new Error(unanswered(question, this.asked.length));
    if (typeof next !== 'function') script.shift();
    return resultOf(question.method, typeof next === 'function' ? await next(question) : next);
  }

  #add(method: Method, answers: readonly Answering<unknown>[]): void {
    this.#scripts.set(method, [...(this.#scripts.get(method) ?? []), ...answers]);
  }
}

function resultOf(method: Method, answer: unknown): JsonObject {
  if (typeof answer === 'string') return { action: answer };
  return method === 'roots/list' ? { roots: answer } : (answer as JsonObject);
}

const unanswered = ({ method, params }: McpQuestion, count: number): string =>
  `The server asked a question that the test has no answer to: ${method} ${JSON.stringify(params)} (question ${count}). ` +
  `Give one to onElicit(), onSample() or onRoots() of the client.`;

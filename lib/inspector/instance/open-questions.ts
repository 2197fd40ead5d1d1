import type { Exchange } from '../../exchange/exchange.js';
import type { EventOf } from '../../observe/event.js';
import { callerOf } from '../../observe/caller-of.js';
import type { InspectorSettings } from '../inspector-options.js';
import type { CallStep } from '../wire/call.js';
import type { InstanceReport } from '../wire/instance.js';
import type { OpenQuestion } from '../wire/question.js';
import type { CallIds } from './call-ids.js';
import { callerOfEvent } from './caller-of-event.js';

/** Questions that are remembered. */
const MAX_REMEMBERED = 1000;
const MAX_LISTED = 100;
/** Steps that are remembered of one call. */
const MAX_STEPS = 20;

export interface QuestionOptions {
  /** The id of this instance. */
  readonly instance: string;
  readonly ids: CallIds;
  readonly settings: InspectorSettings;
}

/** What is asked of clients on this instance, and how long it took them, since somebody watches. */
export class OpenQuestions {
  readonly #open = new Map<string, OpenQuestion>();
  /** Of the calls that run, as long as they do. */
  readonly #steps = new WeakMap<Exchange, CallStep[]>();

  constructor(private readonly options: QuestionOptions) {}

  asked(event: EventOf<'question'>, exchange: Exchange | undefined): void {
    if (this.#open.size >= MAX_REMEMBERED) return;
    const { at, name, method } = event;
    const { instance, settings, ids } = this.options;
    const who = callerOf(exchange?.peer.principal, undefined);
    this.#open.set(keyOf(event), {
      id: keyOf(event),
      instance,
      ...(exchange && { call: ids.of(exchange) }),
      kind: kindOf(method),
      askedAt: at,
      ...(name !== undefined && { name }),
      caller: callerOfEvent({ ...event, who }, exchange, settings),
    });
  }

  ended(event: EventOf<'question-end'>, exchange: Exchange | undefined): void {
    this.#open.delete(keyOf(event));
    if (!exchange) return;
    const { at, method, milliseconds, outcome, question } = event;
    const steps = this.#steps.get(exchange) ?? [];
    if (steps.length >= MAX_STEPS) return;
    const detail = `${kindOf(method)}, ${outcome}`;
    const { instance } = this.options;
    // By the clock, until it is known when the call arrived.
    steps.push({ what: 'question', instance, afterMs: at - milliseconds, milliseconds, detail, question });
    this.#steps.set(exchange, steps);
  }

  /** The steps of a call that has ended. @param startedAt ms since the epoch */
  stepsOf(exchange: Exchange, startedAt: number): readonly CallStep[] {
    const steps = this.#steps.get(exchange) ?? [];
    return steps.map((step) => ({ ...step, afterMs: Math.max(0, Math.round(step.afterMs - startedAt)) }));
  }

  open(): Pick<InstanceReport, 'questions' | 'questionsLeftOut'> {
    const questions = [...this.#open.values()].slice(0, MAX_LISTED);
    return { questions, questionsLeftOut: this.#open.size - questions.length };
  }

  clear(): void {
    this.#open.clear();
  }
}

/** A JSON-RPC id is one only within its session. */
const keyOf = ({ session = '', question }: { readonly session?: string; readonly question: string }): string =>
  `${session}.${question}`;

const KINDS: Readonly<Record<string, string>> = {
  'elicitation/create': 'elicitation',
  'sampling/createMessage': 'sampling',
  'roots/list': 'roots',
};
const kindOf = (method: string): string => KINDS[method] ?? method;

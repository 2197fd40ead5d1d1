import type { AnswerRecord, CallRecord, CallStep } from '../wire/call.js';
import type { InstanceReport } from '../wire/instance.js';

/** Answers that are remembered. */
const MAX_ANSWERS = 1000;
/** Reports that a call waits for the answers to its questions, which other instances report. */
const PATIENCE = 2;

interface Waiting {
  readonly call: CallRecord;
  readonly reports: number;
}

/**
 * Joins what happened to one call on several instances. An answer may have come to another instance than the one that asked,
 * whose report may arrive later, so a call with questions waits a moment for it.
 */
export class Timelines {
  readonly #answers = new Map<string, AnswerRecord>();
  readonly #waiting = new Map<string, readonly Waiting[]>();

  /** @returns the report with those calls of its instance that are complete, or have waited long enough */
  join(report: InstanceReport): InstanceReport {
    for (const answer of report.answers ?? []) this.#remember(answer);
    const { id } = report.instance;
    const before = this.#waiting.get(id) ?? [];
    const ready: CallRecord[] = [];
    const waiting: Waiting[] = [];
    for (const { call, reports } of [...before, ...report.calls.map((one): Waiting => ({ call: one, reports: 0 }))]) {
      if (reports >= PATIENCE || this.#isComplete(call)) ready.push(this.#withAnswers(call));
      else waiting.push({ call, reports: reports + 1 });
    }
    if (waiting.length === 0) this.#waiting.delete(id);
    else this.#waiting.set(id, waiting);
    return { ...report, calls: ready };
  }

  /** The instance has gone, and reports no more. */
  forget(instance: string): void {
    this.#waiting.delete(instance);
  }

  #remember(answer: AnswerRecord): void {
    this.#answers.set(keyOf(answer.session, answer.question), answer);
    if (this.#answers.size > MAX_ANSWERS) this.#answers.delete(this.#answers.keys().next().value!);
  }

  #isComplete(call: CallRecord): boolean {
    return questionsOf(call).every((step) => this.#answerTo(call, step) !== undefined);
  }

  #answerTo({ caller }: CallRecord, { question }: CallStep): AnswerRecord | undefined {
    return question === undefined ? undefined : this.#answers.get(keyOf(caller.session, question));
  }

  /** The clocks of two instances differ, so an answer is placed at the end of its question, where it must have been. */
  #withAnswers(call: CallRecord): CallRecord {
    if (!call.steps) return call;
    const steps = call.steps.flatMap((step): CallStep[] => {
      const answer = step.what === 'question' ? this.#answerTo(call, step) : undefined;
      if (!answer) return [step];
      const { instance, milliseconds } = answer;
      const afterMs = step.afterMs + Math.max(0, (step.milliseconds ?? 0) - milliseconds);
      return [step, { what: 'answer', instance, afterMs, milliseconds }];
    });
    return { ...call, steps };
  }
}

const questionsOf = ({ steps = [], caller }: CallRecord): readonly CallStep[] =>
  caller.session === undefined ? [] : steps.filter(({ what }) => what === 'question');

const keyOf = (session: string | undefined, question: string): string => `${session ?? ''}.${question}`;

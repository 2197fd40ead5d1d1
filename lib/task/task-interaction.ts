import { tooManyRounds } from '../interaction/asking-limits.js';
import { InputRequired } from '../interaction/input-required.js';
import type { InputRequest } from '../interaction/input-request.js';
import { InputRefusedError, type Interaction, type Outcome, type Question } from '../interaction/interaction.js';
import { stepResult, type StepResult } from '../interaction/step-result.js';
import { QuestionKeys } from '../interaction/question-keys.js';
import { fingerprintOf, type AcceptedAnswer } from '../interaction/request-state.js';
import type { JsonObject } from '../protocol/messages.js';
import type { TaskAnswer, TaskCheckpoint } from './task-record.js';

/** Where a task asks, and what it remembers: its current run. */
export interface AskingRun {
  /** @param label becomes part of the question's key */
  ask(request: InputRequest, label: string): Promise<TaskAnswer>;
  saveCheckpoint(checkpoint: Partial<TaskCheckpoint>): Promise<void>;
}

/**
 * The third way to ask: a task waits where it is, for as long as it takes, while its client finds the questions in the
 * task. Until the call has become a task it asks as any call of its era does, so that those rounds are over before there
 * is one (T1-8); what was answered then is kept for the case that the task is run once more.
 */
export class TaskInteraction implements Interaction {
  /** Maps, as keys are the method's own words. */
  readonly #answered: Map<string, AcceptedAnswer>;
  readonly #steps: Map<string, StepResult>;
  readonly #running = new Map<string, Promise<unknown>>();
  #keys = new QuestionKeys();
  #run: AskingRun | undefined;
  #responses: Readonly<JsonObject> | undefined;
  #state: unknown;

  /** @param before how the call asks while it is none; a further run has always been one */
  constructor(
    private readonly before: Interaction | undefined,
    private readonly maxRounds: number,
    checkpoint: TaskCheckpoint = { answered: {}, steps: {} },
  ) {
    this.#answered = new Map(Object.entries(checkpoint.answered));
    this.#steps = new Map(Object.entries(checkpoint.steps));
  }

  get checkpoint(): TaskCheckpoint {
    return { answered: Object.fromEntries(this.#answered), steps: Object.fromEntries(this.#steps) };
  }
  get responses(): Readonly<JsonObject> {
    return this.#responses ?? this.before?.responses ?? {};
  }
  get state(): unknown {
    return this.#responses ? this.#state : this.before?.state;
  }

  /** The call is a task from here on. */
  attach(run: AskingRun): void {
    this.#run = run;
  }

  async ask(given: string | undefined, createQuestion: () => Question | Promise<Question>): Promise<unknown> {
    // Counted along with the call's own way of asking: a further run has to find its answers under the same names.
    const key = this.#keys.next(given);
    if (!this.#run) return this.before!.ask(given, async () => this.#recordingAnswer(key, await createQuestion()));
    const question = this.#recordingAnswer(key, await createQuestion());
    const known = this.#answered.get(key);
    if (known?.fingerprint === fingerprintOf(question.request)) {
      const accepted = await question.accept(known.answer);
      if (accepted.ok) return accepted.value;
    }
    for (let round = 0; round < this.maxRounds; round++) {
      const accepted = await question.accept(valueOf(await this.#run.ask(question.request, given ?? 'input')));
      if (accepted.ok) return accepted.value;
    }
    throw tooManyRounds(this.maxRounds);
  }

  step<T>(key: string, run: () => T | Promise<T>): Promise<T> {
    const running = this.#running.get(key) ?? this.#step(key, run);
    this.#running.set(key, running);
    running.catch(() => this.#running.delete(key));
    return running as Promise<T>;
  }

  run(method: () => Promise<unknown>): Promise<Outcome> {
    const settled = async (): Promise<unknown> => {
      const value = await method();
      return this.#run ? this.#answerRequired(value, method, this.#run) : value;
    };
    return this.before ? this.before.run(settled) : settled().then((value) => ({ value }));
  }

  /** A task that returns `inputRequired()` is run again with the answers here, instead of by the client. */
  async #answerRequired(first: unknown, method: () => Promise<unknown>, run: AskingRun): Promise<unknown> {
    let value = first;
    for (let round = 0; value instanceof InputRequired; round++) {
      if (round >= this.maxRounds) {
        throw tooManyRounds(this.maxRounds);
      }
      const asked = Object.entries(value.inputRequests);
      const answers = await Promise.all(
        asked.map(async ([key, request]) => [key, valueOf(await run.ask(request, key))]),
      );
      this.#responses = Object.fromEntries(answers) as JsonObject;
      this.#state = value.state;
      this.#keys = new QuestionKeys();
      value = await method();
    }
    return value;
  }

  async #step<T>(key: string, run: () => T | Promise<T>): Promise<T> {
    const known = this.#steps.get(key);
    if (known) return known.value as T;
    const kept = stepResult(key, this.#run ? await run() : await this.before!.step(key, run));
    this.#steps.set(key, kept);
    await this.#run?.saveCheckpoint({ steps: { [key]: kept } });
    return kept.value as T;
  }

  /** The same question, whose accepted answer is remembered. */
  #recordingAnswer(key: string, question: Question): Question {
    const accept = async (answer: unknown) => {
      const accepted = await question.accept(answer);
      if (accepted.ok) {
        const kept = { fingerprint: fingerprintOf(question.request), answer };
        this.#answered.set(key, kept);
        await this.#run?.saveCheckpoint({ answered: { [key]: kept } });
      }
      return accepted;
    };
    return { request: question.request, accept };
  }
}

function valueOf(answer: TaskAnswer): unknown {
  if ('refused' in answer) throw new InputRefusedError(`The client refused: ${answer.refused}`);
  return answer.value;
}

import { tooManyRounds } from '../interaction/asking-limits.js';
import { InputRequired } from '../interaction/input-required.js';
import type { InputRequest } from '../interaction/input-request.js';
import { InputRefusedError, type Interaction, type Outcome, type Question } from '../interaction/interaction.js';
import { stepResult, type StepResult } from '../interaction/step-result.js';
import { QuestionKeys } from '../interaction/question-keys.js';
import { fingerprintOf, type AcceptedAnswer } from '../interaction/request-state.js';
import type { JsonObject } from '../protocol/messages.js';
import type { TaskAnswer, TaskCheckpoint } from './task-record.js';

/** The current run of a task: it asks the client and stores what another run needs. */
export interface AskingRun {
  /** @param label becomes part of the key of the question */
  ask(request: InputRequest, label: string): Promise<TaskAnswer>;
  saveCheckpoint(checkpoint: Partial<TaskCheckpoint>): Promise<void>;
}

/**
 * How a task asks for input: its method waits in place, for as long as necessary, while the client finds the questions
 * in the task. Until the call has become a task, it asks as any call of its era does, so that those rounds are over
 * before the task exists (TASK-8). Their answers are kept in case the task is run again.
 */
export class TaskInteraction implements Interaction {
  /** A map and not an object, because methods choose their keys freely. */
  readonly #answered: Map<string, AcceptedAnswer>;
  readonly #steps: Map<string, StepResult>;
  readonly #running = new Map<string, Promise<unknown>>();
  #keys = new QuestionKeys();
  #run: AskingRun | undefined;
  #responses: Readonly<JsonObject> | undefined;
  #state: unknown;

  /** @param callInteraction how the call asks until it is a task; absent for a repeated run, which always is one */
  constructor(
    private readonly callInteraction: Interaction | undefined,
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
    return this.#responses ?? this.callInteraction?.responses ?? {};
  }
  get state(): unknown {
    return this.#responses ? this.#state : this.callInteraction?.state;
  }

  /** From here on the call is a task, and this is its run. */
  attach(run: AskingRun): void {
    this.#run = run;
  }

  async ask(explicitKey: string | undefined, createQuestion: () => Question | Promise<Question>): Promise<unknown> {
    // Keys are counted before the call is a task, too: a repeated run has to find the answers under the same keys.
    const key = this.#keys.next(explicitKey);
    const createRecording = async () => this.#recordingAnswer(key, await createQuestion());
    if (!this.#run) return this.callInteraction!.ask(explicitKey, createRecording);
    const question = await createRecording();
    const known = this.#answered.get(key);
    if (known?.fingerprint === fingerprintOf(question.request)) {
      const accepted = await question.accept(known.answer);
      if (accepted.ok) return accepted.value;
    }
    for (let round = 0; round < this.maxRounds; round++) {
      const accepted = await question.accept(valueOf(await this.#run.ask(question.request, explicitKey ?? 'input')));
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

  async run(method: () => unknown): Promise<Outcome> {
    const runToEnd = async (): Promise<unknown> => {
      const value = await method();
      return this.#run ? this.#answerRequired(value, method, this.#run) : value;
    };
    return this.callInteraction ? this.callInteraction.run(runToEnd) : runToEnd().then((value) => ({ value }));
  }

  /** When a task returns `inputRequired()`, its method is run again here with the answers, and not by the client. */
  async #answerRequired(first: unknown, method: () => unknown, run: AskingRun): Promise<unknown> {
    let value = first;
    for (let round = 0; value instanceof InputRequired; round++) {
      if (round >= this.maxRounds) {
        throw tooManyRounds(this.maxRounds);
      }
      const requests = Object.entries(value.inputRequests);
      const answers = await Promise.all(
        requests.map(async ([key, request]) => [key, valueOf(await run.ask(request, key))]),
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
    const result = stepResult(key, this.#run ? await run() : await this.callInteraction!.step(key, run));
    this.#steps.set(key, result);
    await this.#run?.saveCheckpoint({ steps: { [key]: result } });
    return result.value as T;
  }

  /** Returns the same question, but records its accepted answer. */
  #recordingAnswer(key: string, question: Question): Question {
    const accept = async (answer: unknown) => {
      const accepted = await question.accept(answer);
      if (accepted.ok) {
        const recorded = { fingerprint: fingerprintOf(question.request), answer };
        this.#answered.set(key, recorded);
        await this.#run?.saveCheckpoint({ answered: { [key]: recorded } });
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

import { CancelledError, Exchange, type Outlet } from '../exchange/exchange.js';
import type { JsonObject, JsonRpcNotification, JsonRpcRequest } from '../protocol/messages.js';
import type { TaskInteraction } from './task-interaction.js';
import type { TaskRun } from './task-run.js';

/** Creates the task of a call. */
export type OpenRun = (exchange: Exchange, interaction: TaskInteraction) => Promise<TaskRun>;

/** What the client gets as its response: the run of a task or the outcome of the method, whichever comes first. */
export type CallOutcome = { readonly run: TaskRun } | WorkOutcome;

/** How a method ended. */
export type WorkOutcome = { readonly result: JsonObject } | { readonly error: unknown };

/**
 * A call that can become a task while it runs. Its method gets its own exchange, which mirrors the client's exchange
 * until then. Afterwards the client's exchange is answered and this one lives as long as the task (TASK-13).
 */
export class DetachableCall implements Outlet {
  readonly exchange: Exchange;
  readonly outcome: Promise<CallOutcome>;
  #answer!: (outcome: CallOutcome) => void;
  #run: TaskRun | undefined;
  #detaching: Promise<boolean> | undefined;
  #answered = false;
  readonly #stopForwardingCancel: () => void;

  constructor(
    private readonly client: Exchange,
    private readonly interaction: TaskInteraction,
    private readonly open: OpenRun,
  ) {
    this.exchange = new Exchange(client.peer, client.request, this);
    this.outcome = new Promise((resolve) => (this.#answer = resolve));
    this.#stopForwardingCancel = client.onCancel((reason) => this.exchange.cancel(reason));
  }

  /** A task has no stream, so it sends no progress and no log messages (TASK-9). */
  notify(notification: JsonRpcNotification): void {
    if (!this.#run) this.client.notify(notification);
  }

  request(request: JsonRpcRequest): boolean {
    return !this.#run && this.client.ask(request);
  }

  closeStream(): void {
    if (!this.#run) this.client.closeStream();
  }

  detach(): Promise<boolean> {
    return (this.#detaching ??= this.#detach());
  }

  status(message: string): void {
    this.#run?.setStatusMessage(message);
  }

  /** Must be called when the method has ended. A call that is not a task by then can no longer become one. */
  done(outcome: WorkOutcome): void {
    if (this.#run) return;
    this.#answered = true;
    this.#stopForwardingCancel();
    this.exchange.complete();
    this.#answer(outcome);
  }

  async #detach(): Promise<boolean> {
    if (!this.#answered) {
      const run = await this.open(this.exchange, this.interaction);
      if (!this.#answered && !this.exchange.cancelled) {
        this.#stopForwardingCancel();
        this.#run = run;
        this.interaction.attach(run);
        this.#answer({ run });
        return true;
      }
      // No client will ever know its id.
      await run.finish('cancelled', {});
      run.close();
    }
    throw new CancelledError('the call was answered before it became a task');
  }
}

import { CancelledError, Exchange, type Outlet } from '../engine/exchange.js';
import type { JsonRpcNotification, JsonRpcRequest } from '../protocol/messages.js';
import type { TaskInteraction } from './task-interaction.js';
import type { TaskRun } from './task-run.js';

/** Creates the task of a call. */
export type OpenRun = (exchange: Exchange, interaction: TaskInteraction) => Promise<TaskRun>;

/**
 * A call that can become a task while it runs. Its method gets an exchange of its own: until then that one is an echo of
 * the client's, afterwards the client's is answered and this one lives as long as the task (T1-13).
 */
export class TaskCall implements Outlet {
  readonly exchange: Exchange;
  /** Resolves when the call has become a task. */
  readonly detached: Promise<TaskRun>;
  #resolve!: (run: TaskRun) => void;
  #run: TaskRun | undefined;
  #opening: Promise<boolean> | undefined;
  #answered = false;
  readonly #letGo: () => void;

  constructor(
    private readonly client: Exchange,
    private readonly interaction: TaskInteraction,
    private readonly open: OpenRun,
  ) {
    this.exchange = new Exchange(client.peer, client.request, this);
    this.detached = new Promise((resolve) => (this.#resolve = resolve));
    this.#letGo = client.onCancel((reason) => this.exchange.cancel(reason));
  }

  /** A task has no stream to speak on: no progress, no log lines (T1-9). */
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
    return (this.#opening ??= this.#detach());
  }

  status(message: string): void {
    this.#run?.say(message);
  }

  /** The client has been answered, and not with a task: too late to become one. */
  answeredOtherwise(): void {
    this.#answered = true;
    this.#letGo();
    this.exchange.settle();
  }

  async #detach(): Promise<boolean> {
    if (!this.#answered) {
      const run = await this.open(this.exchange, this.interaction);
      if (!this.#answered && !this.exchange.cancelled) {
        this.#letGo();
        this.#run = run;
        this.interaction.enter(run);
        this.#resolve(run);
        return true;
      }
      // Nobody will ever be told its id.
      await run.finish('cancelled', {});
      run.close();
    }
    throw new CancelledError('the call was answered before it became a task');
  }
}

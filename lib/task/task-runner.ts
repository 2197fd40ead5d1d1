import { Exchange } from '../exchange/exchange.js';
import type { Peer } from '../exchange/peer.js';
import { reportUnexpected, toMcpError } from '../exchange/failure.js';
import type { Interaction } from '../interaction/interaction.js';
import type { Interactions } from '../interaction/interactions.js';
import { exceedsJsonSize } from '../limits/json-size.js';
import { StorageLimitError } from '../session/storage-limit.js';
import { SlicedWork } from '../limits/sliced-work.js';
import { CapacityError, ErrorCode, McpError, ResultTooLargeError } from '../protocol/errors.js';
import type { JsonObject } from '../protocol/messages.js';
import type { Era } from '../protocol/revisions.js';
import { wireError } from '../protocol/wire-error.js';
import type { Logger } from '@nestjs/common';
import { DetachableCall, type WorkOutcome } from './detachable-call.js';
import { newTaskId, taskKeyOf } from './task-id.js';
import { TaskInteraction } from './task-interaction.js';
import { requireStorable } from './require-storable.js';
import { TaskOutlet } from './task-outlet.js';
import { callerPeer } from './caller-peer.js';
import { OPEN, type TaskPatch, type TaskRecord, type TaskStatus } from './task-record.js';
import { TaskRun, type RunServices } from './task-run.js';
import { TaskLimitError } from './task-store.js';
import type { TaskTraits } from './task-support.js';

/** Gives a call its interaction, through which it asks for input. */
export type Asking = Pick<Interactions, 'begin' | 'forms'>;

/** Runs a tool from the top, in its Nest pipeline. */
export type ToolWork = (args: JsonObject, exchange: Exchange, asking: Asking) => Promise<JsonObject>;

/** A tool, as far as tasks are concerned. */
export interface TaskTool {
  readonly key: string;
  readonly task: TaskTraits;
  readonly work: ToolWork;
}

export interface TaskLimits {
  readonly taskTtlMs: number;
  readonly maxTaskTtlMs: number;
  readonly taskPollIntervalMs: number;
  readonly taskLeaseMs: number;
  /** How many times one call may ask for input. */
  readonly maxInputRounds: number;
  /** Largest JSON of the arguments that are stored with a task, characters. */
  readonly maxTaskInputBytes: number;
  /** Largest JSON of a result, characters. */
  readonly maxResultBytes: number;
}

/** A task whose worker was lost this many times is not run again: it may be the task that kills its workers. */
const MAX_RUNS = 3;

/** Time between two attempts to write a result while the store is unavailable, ms. */
const RETRY_MS = 1000;

const LOST = 'The worker of this task was lost before it finished';

/** Runs the tasks of this instance and renews their leases. Both eras of the protocol share it. */
export class TaskRunner {
  readonly #runs = new Map<TaskRun, Exchange>();
  readonly #renewals = new SlicedWork();
  #heartbeat: NodeJS.Timeout | undefined;
  #runEndedListeners: (() => void)[] = [];
  #closed = false;
  #handingOver = false;

  /** @param find returns the tool of that name, if this instance has it */
  constructor(
    private readonly services: RunServices,
    private readonly interactions: Interactions,
    private readonly limits: TaskLimits,
    private readonly find: (tool: string) => TaskTool | undefined,
    private readonly logger: Logger,
  ) {}

  /** The number of tasks that run on this instance. */
  get size(): number {
    return this.#runs.size;
  }

  /** The tasks that run on this instance, longest running first. */
  running(): Iterable<Pick<TaskRun, 'key' | 'startedAt'>> {
    return this.#runs.keys();
  }

  /**
   * Serves a call that becomes a task, either immediately or when its method calls `ctx.detach()`.
   *
   * @param ttlMs the lifetime the client requested
   * @returns the task once it is in the store (TASK-6), or the result of a method that did not detach
   */
  async call(
    tool: TaskTool,
    args: JsonObject,
    client: Exchange,
    ttlMs?: number,
  ): Promise<{ readonly task: TaskRecord } | { readonly result: JsonObject }> {
    const callInteraction = tool.task.detaches ? await this.interactions.begin(client, tool.key, args) : undefined;
    const interaction = new TaskInteraction(callInteraction, this.limits.maxInputRounds);
    const call = new DetachableCall(client, interaction, (exchange) =>
      this.#create(tool, args, exchange, interaction, ttlMs),
    );
    if (!tool.task.detaches) await call.detach();
    const work = tool.work(args, call.exchange, this.#asking(interaction));
    const done = outcomeOf(work);
    void done.then((outcome) => call.done(outcome));
    const outcome = await call.outcome;
    if ('run' in outcome) {
      void this.#follow(outcome.run, call.exchange, done).catch(this.services.report);
      return { task: outcome.run.task };
    }
    if ('error' in outcome) throw outcome.error;
    return outcome;
  }

  /** Takes over a task whose worker was lost: runs it again if that is allowed, or lets it fail with a reason (P13). */
  async takeOver(orphan: TaskRecord): Promise<void> {
    if (this.#closed) return;
    const task = await this.services.store.claim(taskKeyOf(orphan), this.limits.taskLeaseMs);
    if (!task) return;
    this.services.changes.announce(task);
    this.services.observer?.leaseLost(task, 'successor');
    const tool = this.find(task.tool);
    if (!task.idempotent) return this.#giveUp(task, LOST);
    if (!tool) return this.#giveUp(task, `${LOST}, and the tool no longer exists`);
    if (task.fence > MAX_RUNS) return this.#giveUp(task, `${LOST}, ${MAX_RUNS} times`);
    this.#runAgain(task, tool);
  }

  /**
   * Waits up to `timeoutMs` for running tasks to finish, but not for those that only wait for their clients. Tasks that
   * are still running then are left to another instance if they may be run again, and fail otherwise.
   */
  async drain(timeoutMs: number): Promise<void> {
    this.#closed = true;
    await this.#whenIdle(timeoutMs);
    // This must come before any handover: a heartbeat would renew a lease that was just released.
    clearInterval(this.#heartbeat);
    this.#handingOver = true;
    const endings = [...this.#runs].map(async ([run, exchange]) => {
      if (run.task.idempotent) await run.handOver();
      else await run.finish('failed', failure('The server was shut down before the task finished'));
      exchange.cancel('the server is shutting down');
    });
    await Promise.all(endings.map((ending) => ending.catch(this.services.report)));
  }

  async #create(
    tool: TaskTool,
    args: JsonObject,
    exchange: Exchange,
    { checkpoint }: TaskInteraction,
    ttlMs: number | undefined,
  ): Promise<TaskRun> {
    if (this.#closed) throw new CapacityError('The server is shutting down; try again');
    const { principal, principalId, client, revision, clientCapabilities, clientInfo, session } = exchange.peer;
    requireStorable(args, { clientCapabilities, clientInfo }, this.limits.maxTaskInputBytes);
    const spec = {
      principal: principalId,
      id: newTaskId(),
      tool: tool.key,
      arguments: args,
      caller: { revision, principal, client, clientCapabilities, clientInfo, session: session?.id, ...this.#trace() },
      idempotent: tool.task.idempotent,
      ttlMs: Math.min(ttlMs ?? this.limits.taskTtlMs, this.limits.maxTaskTtlMs),
      pollIntervalMs: this.limits.taskPollIntervalMs,
      checkpoint: tool.task.idempotent ? checkpoint : { answered: {}, steps: {} },
    };
    try {
      const task = await this.services.store.create(spec, this.limits.taskLeaseMs);
      return new TaskRun(task, exchange, this.services);
    } catch (error) {
      if (error instanceof TaskLimitError) throw new CapacityError('Too many tasks; try again later');
      throw error;
    }
  }

  #runAgain(task: TaskRecord, tool: TaskTool): void {
    const outlet = new TaskOutlet();
    const params = { name: task.tool, arguments: task.arguments };
    const request = { jsonrpc: '2.0', id: task.id, method: 'tools/call', params } as const;
    const exchange = new Exchange(callerPeer(task), request, outlet);
    const run = (outlet.run = new TaskRun(task, exchange, this.services));
    const interaction = new TaskInteraction(undefined, this.limits.maxInputRounds, task.checkpoint);
    interaction.attach(run);
    const work = () => tool.work(task.arguments, exchange, this.#asking(interaction));
    const { observer, report } = this.services;
    void this.#follow(run, exchange, outcomeOf(observer ? observer.ranAgain(task, work) : work())).catch(report);
  }

  #trace(): { readonly trace?: string } {
    const trace = this.services.observer?.currentTrace();
    return trace === undefined ? {} : { trace };
  }

  /** Renews the lease of a run until it ends, then writes its outcome. The store refuses changes of a final state. */
  async #follow(run: TaskRun, exchange: Exchange, done: Promise<WorkOutcome>): Promise<void> {
    this.#runs.set(run, exchange);
    const { taskLeaseMs } = this.limits;
    this.#heartbeat ??= setInterval(() => this.#renew(taskLeaseMs), taskLeaseMs / 3).unref();
    try {
      const outcome = await done;
      if (!exchange.cancelled) await this.#write(run, exchange, outcome);
    } finally {
      exchange.complete();
      run.close();
      this.#runs.delete(run);
      for (const listener of this.#runEndedListeners.splice(0)) listener();
      if (this.#runs.size === 0) this.#stopHeartbeat();
    }
  }

  async #write(run: TaskRun, exchange: Exchange, outcome: WorkOutcome): Promise<void> {
    let [status, patch]: readonly [TaskStatus, TaskPatch] = this.#ending(outcome, exchange.peer);
    // The work is done, and must not be lost because the store is unavailable for a moment.
    while (!exchange.cancelled) {
      try {
        await run.finish(status, patch);
        return;
      } catch (error) {
        this.services.report(error);
        // Waiting would hold the result that there is no room for.
        if (error instanceof StorageLimitError && 'result' in patch) {
          [status, patch] = ['failed', failure('There was no room for the result of this task')];
          continue;
        }
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref());
      }
    }
  }

  /** A result with `isError` completes the task in the extension (TASK-10), but fails it in 2025-11-25 (§5.2). */
  #ending(outcome: WorkOutcome, { era }: Peer) {
    if ('result' in outcome && exceedsJsonSize(outcome.result, this.limits.maxResultBytes)) {
      return this.#failing(new ResultTooLargeError(this.limits.maxResultBytes), era);
    }
    if ('result' in outcome) {
      const failed = era === 'legacy' && outcome.result.isError === true;
      return [failed ? 'failed' : 'completed', outcome] as const;
    }
    reportUnexpected(outcome.error, this.logger, 'tools/call as a task');
    return this.#failing(toMcpError(outcome.error), era);
  }

  #failing(cause: McpError, era: Era) {
    const error = wireError(cause, era);
    return ['failed', { error, statusMessage: error.message }] as const;
  }

  async #giveUp(task: TaskRecord, reason: string): Promise<void> {
    const { store, changes } = this.services;
    const move = await store.move(taskKeyOf(task), OPEN, 'failed', failure(reason), task.fence);
    if (move?.moved) changes.announce(move.task);
  }

  #renew(leaseMs: number): void {
    // An unavailable store is reported once per heartbeat, not once per task.
    let reported = false;
    const failed = (error: unknown): void => {
      if (!reported) this.services.report(error);
      reported = true;
    };
    this.#renewals.add(this.#runs.keys(), (run) => {
      if (this.#runs.has(run) && !this.#handingOver) void run.renew(leaseMs).catch(failed);
    });
  }

  #stopHeartbeat(): void {
    clearInterval(this.#heartbeat);
    this.#heartbeat = undefined;
  }

  async #whenIdle(timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<'timeout'>((resolve) => (timer = setTimeout(resolve, timeoutMs, 'timeout')));
    while ([...this.#runs.keys()].some((run) => !run.waitsForInput)) {
      const runEnded = new Promise<void>((resolve) => this.#runEndedListeners.push(resolve));
      if ((await Promise.race([runEnded, timeout])) === 'timeout') break;
    }
    clearTimeout(timer);
  }

  #asking(interaction: Interaction): Asking {
    return { forms: this.interactions.forms, begin: () => interaction };
  }
}

const outcomeOf = (work: Promise<JsonObject>): Promise<WorkOutcome> =>
  work.then(
    (result) => ({ result }),
    (error: unknown) => ({ error }),
  );

function failure(reason: string) {
  const error = new McpError(ErrorCode.InternalError, reason).toJSON();
  return { error, statusMessage: reason };
}

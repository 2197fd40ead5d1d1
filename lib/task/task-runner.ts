import { Exchange } from '../exchange/exchange.js';
import type { Peer } from '../exchange/peer.js';
import { reportUnexpected, toMcpError } from '../exchange/failure.js';
import type { Interaction } from '../interaction/interaction.js';
import type { Interactions } from '../interaction/interactions.js';
import { CapacityError, ErrorCode, McpError } from '../protocol/errors.js';
import type { JsonObject } from '../protocol/messages.js';
import { wireError } from '../protocol/wire-error.js';
import type { Logger } from '@nestjs/common';
import { DetachableCall, type WorkOutcome } from './detachable-call.js';
import { newTaskId, taskKeyOf } from './task-id.js';
import { TaskInteraction } from './task-interaction.js';
import { TaskOutlet } from './task-outlet.js';
import { callerPeer } from './caller-peer.js';
import { OPEN, type TaskRecord } from './task-record.js';
import { TaskRun, type RunServices } from './task-run.js';
import { TaskLimitError } from './task-store.js';
import type { TaskTraits } from './task-support.js';

/** Gives a call its way of asking. */
export type Asking = Pick<Interactions, 'begin' | 'forms'>;

/** Runs a tool from the top, in its Nest pipeline. */
export type ToolWork = (given: JsonObject, exchange: Exchange, asking: Asking) => Promise<JsonObject>;

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
  /** How often one call may ask for input. */
  readonly maxInputRounds: number;
}

/** A task that has taken this many workers with it gets no further one. */
const MAX_RUNS = 3;

/** How long to wait with a result that the store did not take, ms. */
const RETRY_MS = 1000;

const LOST = 'The worker of this task was lost before it finished';

/** Runs the tasks of this instance, and keeps their leases; one runner behind both forms of the protocol. */
export class TaskRunner {
  readonly #runs = new Map<TaskRun, Exchange>();
  #heartbeat: NodeJS.Timeout | undefined;
  #idle: (() => void)[] = [];
  #closed = false;

  /** @param find the tool of that name as this instance has it */
  constructor(
    private readonly services: RunServices,
    private readonly interactions: Interactions,
    private readonly limits: TaskLimits,
    private readonly find: (tool: string) => TaskTool | undefined,
    private readonly logger: Logger,
  ) {}

  /** Tasks running here. */
  get size(): number {
    return this.#runs.size;
  }

  /**
   * Serves a call that is to become a task: at once, or when its method says so.
   *
   * @param ttlMs what the client would like
   * @returns the task once it is in the store (T1-6), or the result of a method that never detached
   */
  async call(
    tool: TaskTool,
    given: JsonObject,
    client: Exchange,
    ttlMs?: number,
  ): Promise<{ readonly task: TaskRecord } | { readonly result: JsonObject }> {
    const before = tool.task.detaches ? await this.interactions.begin(client, tool.key, given) : undefined;
    const interaction = new TaskInteraction(before, this.limits.maxInputRounds);
    const call = new DetachableCall(client, interaction, (exchange) =>
      this.#create(tool, given, exchange, interaction, ttlMs),
    );
    if (!tool.task.detaches) await call.detach();
    const work = tool.work(given, call.exchange, this.#asking(interaction));
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

  /** Cares for a task whose worker is lost: runs it again where that is allowed, or ends it with a sentence (P13). */
  async takeOver(orphan: TaskRecord): Promise<void> {
    if (this.#closed) return;
    const task = await this.services.store.claim(taskKeyOf(orphan), this.limits.taskLeaseMs);
    if (!task) return;
    this.services.changes.announce(task);
    const tool = this.find(task.tool);
    if (!task.idempotent) return this.#giveUp(task, LOST);
    if (!tool) return this.#giveUp(task, `${LOST}, and the tool is not here any more`);
    if (task.fence > MAX_RUNS) return this.#giveUp(task, `${LOST}, ${MAX_RUNS} times`);
    this.#runAgain(task, tool);
  }

  /**
   * Lets running tasks finish, at the latest after `timeoutMs`; tasks that only wait for their clients are not waited
   * for. What is left goes to another instance if it may be run again, else it fails.
   */
  async drain(timeoutMs: number): Promise<void> {
    this.#closed = true;
    await this.#whenIdle(timeoutMs);
    // Before anything is handed over: a beat would take the lease back that was just let go.
    clearInterval(this.#heartbeat);
    const left = [...this.#runs].map(async ([run, exchange]) => {
      if (run.task.idempotent) await run.handOver();
      else await run.finish('failed', failure('The server was shut down before the task finished'));
      exchange.cancel('the server is shutting down');
    });
    await Promise.all(left.map((done) => done.catch(this.services.report)));
  }

  async #create(
    tool: TaskTool,
    given: JsonObject,
    exchange: Exchange,
    { checkpoint }: TaskInteraction,
    ttlMs: number | undefined,
  ): Promise<TaskRun> {
    if (this.#closed) throw new CapacityError('The server is shutting down; try again');
    const { principal, principalId, revision, clientCapabilities, clientInfo, session } = exchange.peer;
    const spec = {
      principal: principalId,
      id: newTaskId(),
      tool: tool.key,
      arguments: given,
      caller: { revision, principal, clientCapabilities, clientInfo, session: session?.id },
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
    const work = tool.work(task.arguments, exchange, this.#asking(interaction));
    void this.#follow(run, exchange, outcomeOf(work)).catch(this.services.report);
  }

  /** Keeps the lease of a run and writes down what comes of it; the store refuses whatever comes after an end. */
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
      for (const idle of this.#idle.splice(0)) idle();
      if (this.#runs.size === 0) this.#stopHeartbeat();
    }
  }

  async #write(run: TaskRun, exchange: Exchange, outcome: WorkOutcome): Promise<void> {
    const [status, patch] = this.#ending(outcome, exchange.peer);
    // The work is done: a store that is away for a moment must not make it undone.
    while (!exchange.cancelled) {
      try {
        await run.finish(status, patch);
        return;
      } catch (error) {
        this.services.report(error);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref());
      }
    }
  }

  /** A tool's own error is a result like any other in the extension (T1-10), and the opposite in 2025-11-25 (§5.2). */
  #ending(outcome: WorkOutcome, { era }: Peer) {
    if ('result' in outcome) {
      const failed = era === 'legacy' && outcome.result.isError === true;
      return [failed ? 'failed' : 'completed', outcome] as const;
    }
    reportUnexpected(outcome.error, this.logger, 'tools/call as a task');
    const error = wireError(toMcpError(outcome.error), era);
    return ['failed', { error, statusMessage: error.message }] as const;
  }

  async #giveUp(task: TaskRecord, reason: string): Promise<void> {
    const { store, changes } = this.services;
    const move = await store.move(taskKeyOf(task), OPEN, 'failed', failure(reason), task.fence);
    if (move?.moved) changes.announce(move.task);
  }

  #renew(leaseMs: number): void {
    // A store that is away is told of once per beat, not once per task.
    const beats = [...this.#runs.keys()].map((run) => run.renew(leaseMs));
    Promise.all(beats).catch(this.services.report);
  }

  #stopHeartbeat(): void {
    clearInterval(this.#heartbeat);
    this.#heartbeat = undefined;
  }

  async #whenIdle(timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => (timer = setTimeout(resolve, timeoutMs, 'late')));
    while ([...this.#runs.keys()].some((run) => !run.asks)) {
      const next = new Promise<void>((resolve) => this.#idle.push(resolve));
      if ((await Promise.race([next, late])) === 'late') break;
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

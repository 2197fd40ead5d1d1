import { ChangeBus } from '../../../lib/broker/change-bus.js';
import type { MessageBroker } from '../../../lib/broker/message-broker.js';
import { CancelledError, Exchange } from '../../../lib/exchange/exchange.js';
import type { Peer } from '../../../lib/exchange/peer.js';
import { Interactions } from '../../../lib/interaction/interactions.js';
import { KeyRing } from '../../../lib/interaction/key-ring.js';
import { RequestStates } from '../../../lib/interaction/request-state.js';
import { MemoryEventLog } from '../../../lib/memory/memory-event-log.js';
import { MemoryMessageBroker } from '../../../lib/memory/memory-message-broker.js';
import { MemoryPendingRequests } from '../../../lib/memory/memory-pending-requests.js';
import { MemorySessionStore } from '../../../lib/memory/memory-session-store.js';
import { MemoryTaskStore } from '../../../lib/memory/memory-task-store.js';
import { TaskChanges } from '../../../lib/task/task-changes.js';
import { OrphanedTasks } from '../../../lib/task/orphaned-tasks.js';
import { TaskRunner, type TaskTool, type ToolWork } from '../../../lib/task/task-runner.js';
import type { TaskStore } from '../../../lib/task/task-store.js';
import type { TaskObserver } from '../../../lib/task/task-run.js';
import { Tasks } from '../../../lib/task/tasks.js';

export interface RigOptions {
  readonly store?: TaskStore;
  readonly broker?: MessageBroker;
  readonly selfCheckMs?: number;
  readonly leaseMs?: number;
}

/** The tasks of one instance without a server. */
export class TaskRig {
  readonly store: TaskStore;
  readonly changes: TaskChanges;
  readonly runner: TaskRunner;
  readonly tasks: Tasks;
  readonly reported: unknown[] = [];
  /** Whose lease was lost. */
  readonly lost: string[] = [];
  readonly tools = new Map<string, TaskTool>();
  readonly #bus: ChangeBus;

  static async open(options: RigOptions = {}): Promise<TaskRig> {
    const rig = new TaskRig(options);
    await rig.#bus.start();
    return rig;
  }

  private constructor({
    store = new MemoryTaskStore(),
    broker = new MemoryMessageBroker(),
    selfCheckMs,
    leaseMs,
  }: RigOptions) {
    const report = (error: unknown) => void this.reported.push(error);
    const sessions = new MemorySessionStore();
    const bus = new ChangeBus({ broker, namespace: 'test', report });
    const logger = { error: report } as never;
    const states = new RequestStates(new KeyRing(), 60_000, undefined);
    const pending = new MemoryPendingRequests(sessions);
    const interactions = new Interactions({ server: 'test', states, pending, timeoutMs: 1000, maxRounds: 8, logger });
    this.#bus = bus;
    this.store = store;
    const log = new MemoryEventLog({ sessions, broker });
    this.changes = new TaskChanges({ publish: (event) => bus.publish(event), log, report, selfCheckMs });
    const limits = {
      taskTtlMs: 60_000,
      maxTaskTtlMs: 60_000,
      taskPollIntervalMs: 10,
      taskLeaseMs: leaseMs ?? 60_000,
      maxInputRounds: 8,
      maxTaskInputBytes: 100_000,
      maxResultBytes: 100_000,
    };
    const observer: TaskObserver = {
      asked: () => undefined,
      leaseLost: (_, side) => void this.lost.push(side),
      currentTrace: () => undefined,
      ranAgain: (_, run) => run(),
    };
    const services = { store, changes: this.changes, report, observer };
    this.runner = new TaskRunner(services, interactions, limits, (name) => this.tools.get(name), logger);
    this.tasks = new Tasks(
      store,
      this.changes,
      this.runner,
      new OrphanedTasks(store, this.runner, limits.taskLeaseMs, report),
    );
    bus.events$.subscribe((event) => event.type === 'task-changed' && this.changes.notify(event.task));
  }

  tool(work: ToolWork, traits: Partial<TaskTool['task']> = {}): TaskTool {
    // As in the pipeline: a method that ignores its signal does not delay its cancellation.
    const untilCancelled: ToolWork = (given, exchange, asking) =>
      new Promise((resolve, reject) => {
        exchange.onCancel((reason) => reject(new CancelledError(reason)));
        work(given, exchange, asking).then(resolve, reject);
      });
    const tool = {
      key: 'tool',
      work: untilCancelled,
      task: { support: 'optional', detaches: false, idempotent: false, ...traits },
    } as const;
    this.tools.set(tool.key, tool);
    return tool;
  }

  async close(): Promise<void> {
    await this.runner.drain(0);
    this.changes.close();
    await this.#bus.close();
  }
}

const PEER: Peer = {
  era: 'modern',
  revision: '2026-07-28',
  principal: undefined,
  principalId: 'alice',
  client: 'alice',
  via: 'http',
  address: undefined,
  clientCapabilities: { elicitation: {} },
  clientInfo: undefined,
  logLevel: undefined,
  session: undefined,
  headers: {},
  http: undefined,
  request: {},
  response: undefined,
};

export const clientExchange = (): Exchange =>
  new Exchange(PEER, { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'tool' } }, { notify() {} });

/** Calls the tool. @returns the task that the call became */
export async function started(rig: TaskRig, tool: TaskTool, client = clientExchange()) {
  const outcome = await rig.runner.call(tool, {}, client);
  if (!('task' in outcome)) throw new Error('The call did not become a task');
  return outcome.task;
}

/** Waits for the final status of the task. */
export function ended(rig: TaskRig, id: string) {
  return new Promise<{ status: string; statusMessage?: string }>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('The task did not end')), 5000);
    const stop = rig.tasks.follow('alice', [id], 'modern', {
      changed: (task) => {
        if (task.status === 'working' || task.status === 'input_required') return;
        clearTimeout(late);
        setImmediate(() => stop());
        resolve(task);
      },
      failed: reject,
    });
  });
}

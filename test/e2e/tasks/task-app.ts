import { Injectable, type Provider } from '@nestjs/common';
import {
  EventLog,
  MemoryEventLog,
  MemoryMessageBroker,
  MemorySessionStore,
  MemoryTaskStore,
  MessageBroker,
  PendingRequests,
  PrincipalResolver,
  SessionStore,
  TaskStore,
  type McpModuleOptions,
  type Principal,
  type PrincipalRequest,
} from 'nestjs-mcp-fleet';
import { MemoryPendingRequests } from '../../../lib/memory/memory-pending-requests.js';
import { Gate } from '../../fixtures/applications/gate.js';
import { type AdapterName, nestApp, type NestApp } from '../../fixtures/applications/nest-app.js';
import { JobTools } from './job.tools.js';

/** Trusts a header of the request; only for tests. */
@Injectable()
class NamedPrincipals extends PrincipalResolver {
  override resolve({ headers }: PrincipalRequest): Principal | undefined {
    const subject = headers['x-user'];
    return typeof subject === 'string' ? { issuer: 'https://test', subject } : undefined;
  }
}

export interface TaskApp extends NestApp {
  readonly gate: Gate;
}

export interface TaskAppOptions extends Partial<McpModuleOptions> {
  readonly adapter?: AdapterName;
  readonly gate?: Gate;
}

/** An application with the job tools, on a free port. */
export async function taskApp({
  adapter,
  gate = new Gate(),
  providers = [],
  ...mcp
}: TaskAppOptions = {}): Promise<TaskApp> {
  const users = { provide: PrincipalResolver, useClass: NamedPrincipals };
  const options = { drainTimeoutMs: 100, providers: [users, ...providers], ...mcp };
  const app = await nestApp({ providers: [{ provide: Gate, useValue: gate }, JobTools] }, { adapter, mcp: options });
  return Object.assign(app, { gate });
}

export interface TaskFleet {
  readonly instances: readonly TaskApp[];
  readonly gate: Gate;
  readonly store: TaskStore;
  /** Advances the clock of the store and no other clock. */
  advance(ms: number): void;
  close(): Promise<void>;
}

/** Several applications in this process that share their stores as on Redis, so that a test can set the clock. */
export async function taskFleet(size: number, options: TaskAppOptions = {}): Promise<TaskFleet> {
  let now = 1_763_800_000_000;
  const gate = new Gate();
  const store = new MemoryTaskStore({ clock: () => now });
  const broker = new MemoryMessageBroker();
  const sessions = new MemorySessionStore();
  const shared: readonly [unknown, object][] = [
    [TaskStore, store],
    [MessageBroker, broker],
    [SessionStore, sessions],
    [EventLog, new MemoryEventLog({ sessions, broker })],
    [PendingRequests, new MemoryPendingRequests(sessions)],
  ];
  const providers = shared.map(([provide, useValue]) => ({ provide, useValue }) as Provider);
  const instances: TaskApp[] = [];
  for (let i = 0; i < size; i++) instances.push(await taskApp({ ...options, gate, providers }));
  return {
    instances,
    gate,
    store,
    advance: (ms) => void (now += ms),
    close: async () => {
      for (const { close } of instances) await close();
    },
  };
}

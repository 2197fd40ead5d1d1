import { Logger, type Abstract, type InjectionToken, type Provider } from '@nestjs/common';
import { DiscoveryService, ExternalContextCreator, HttpAdapterHost, ModuleRef, ModulesContainer } from '@nestjs/core';
import { MessageBroker } from './broker/message-broker.js';
import { EntryFactory } from './discovery/entry-factory.js';
import { Explorer } from './discovery/explorer.js';
import type { ResolvedOptions } from './mcp.resolved-options.js';
import { MCP_OPTIONS, MCP_SERVER_NAME } from './mcp.tokens.js';
import { NonceStore } from './interaction/nonce-store.js';
import { PendingRequests } from './interaction/pending-requests.js';
import { asLiveSessions } from './memory/live-sessions.js';
import { MemoryEventLog } from './memory/memory-event-log.js';
import { MemoryMessageBroker } from './memory/memory-message-broker.js';
import { MemoryNonceStore } from './memory/memory-nonce-store.js';
import { MemoryPendingRequests } from './memory/memory-pending-requests.js';
import { MemorySessionStore } from './memory/memory-session-store.js';
import { MemoryTaskStore } from './memory/memory-task-store.js';
import { DynamicHost } from './pipeline/dynamic-host.js';
import { Invoker } from './pipeline/invoker.js';
import type { Backends } from './server/backends.js';
import { McpRuntime } from './server/mcp-runtime.js';
import { McpServer } from './server/mcp-server.js';
import { provided } from './server/provided.js';
import { AnonymousPrincipalResolver, PrincipalResolver } from './session/principal-resolver.js';
import { SessionStore } from './session/session-store.js';
import { EventLog } from './stream/event-log.js';
import { TaskStore } from './task/task-store.js';
import { HttpMount } from './transport/http/http-mount.js';

const logger = new Logger('McpModule');
const report = (error: unknown): void =>
  logger.error('A background task failed', error instanceof Error ? error.stack : String(error));

/** One replaceable part: what the application provides under its token, else the default in memory. */
function backend<T>(
  own: unknown,
  token: Abstract<T>,
  inject: readonly InjectionToken[],
  create: (...dependencies: any[]) => T,
): Provider {
  return {
    provide: token as InjectionToken,
    inject: [ModulesContainer, ...inject],
    useFactory: async (modules: ModulesContainer, ...dependencies: unknown[]) =>
      (await provided(token, modules, own)) ?? create(...dependencies),
  };
}

/** @param own the module's class: providers of other modules replace the defaults */
export const backendProviders = (own: unknown): Provider[] => [
  backend(own, MessageBroker, [], () => new MemoryMessageBroker({ onError: report })),
  backend(own, SessionStore, [MCP_OPTIONS], ({ sessionIdleTtlMs, maxSessions }: ResolvedOptions) => {
    return new MemorySessionStore({ idleTtlMs: sessionIdleTtlMs, maxSessions });
  }),
  backend(
    own,
    EventLog,
    [MCP_OPTIONS, MessageBroker, SessionStore],
    (options: ResolvedOptions, broker: MessageBroker, sessions: SessionStore) => {
      const { maxHistory, maxHistoryBytes, historyTtlMs, resultTtlMs } = options;
      const limits = { maxHistory, maxHistoryBytes, historyTtlMs, resultTtlMs };
      return new MemoryEventLog({ broker, sessions: asLiveSessions(sessions), report, ...limits });
    },
  ),
  backend(own, PendingRequests, [SessionStore], (sessions: SessionStore) => {
    return new MemoryPendingRequests(asLiveSessions(sessions));
  }),
  backend(own, NonceStore, [], () => new MemoryNonceStore()),
  backend(own, TaskStore, [MCP_OPTIONS], ({ maxTasks }: ResolvedOptions) => new MemoryTaskStore({ maxTasks })),
  backend(own, PrincipalResolver, [], () => new AnonymousPrincipalResolver()),
];

/** Under which token each part is found. */
const PARTS: { readonly [K in keyof Backends]: InjectionToken<Backends[K]> } = {
  sessions: SessionStore,
  log: EventLog,
  broker: MessageBroker,
  principals: PrincipalResolver,
  pending: PendingRequests,
  nonces: NonceStore,
  tasks: TaskStore,
};

/** The server itself. */
export const serverProviders: Provider[] = [
  DynamicHost,
  {
    provide: McpRuntime,
    inject: [MCP_OPTIONS, MCP_SERVER_NAME, ...Object.values(PARTS)],
    useFactory: (options: ResolvedOptions, server: string | undefined, ...parts: object[]) => {
      const backends = Object.fromEntries(Object.keys(PARTS).map((name, index) => [name, parts[index]]));
      return new McpRuntime(options, backends as unknown as Backends, server);
    },
  },
  {
    provide: Explorer,
    inject: [DiscoveryService],
    useFactory: (discovery: DiscoveryService) => new Explorer(discovery),
  },
  {
    provide: EntryFactory,
    inject: [ExternalContextCreator, ModuleRef, McpRuntime],
    useFactory: (creator: ExternalContextCreator, moduleRef: ModuleRef, runtime: McpRuntime) =>
      new EntryFactory(new Invoker(creator, moduleRef, runtime.logger), runtime.interactions.forms, logger),
  },
  {
    provide: McpServer,
    inject: [McpRuntime, EntryFactory, ModulesContainer],
    useFactory: (runtime: McpRuntime, entries: EntryFactory, modules: ModulesContainer) =>
      new McpServer(runtime, entries, hostOf(modules, runtime)),
  },
  {
    provide: HttpMount,
    inject: [HttpAdapterHost, MCP_OPTIONS],
    useFactory: (adapterHost: HttpAdapterHost, { path, maxBodyBytes }: ResolvedOptions) =>
      path === false ? undefined : new HttpMount(adapterHost, { path, maxBodyBytes }),
  },
];

/**
 * Where Nest keeps the host of this server's run-time primitives. Looked up and not injected: global enhancers may make
 * the host request-scoped, and whoever injects such a provider becomes so too.
 */
function hostOf(modules: ModulesContainer, runtime: McpRuntime) {
  for (const module of modules.values()) {
    const wrapper = module.providers.get(McpRuntime)?.instance === runtime && module.providers.get(DynamicHost);
    if (wrapper) return { wrapper, module, method: 'run' };
  }
  throw new Error('The host of run-time primitives is not in the container.');
}

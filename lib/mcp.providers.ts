import { Logger, type Abstract, type InjectionToken, type Provider } from '@nestjs/common';
import { DiscoveryService, ExternalContextCreator, HttpAdapterHost, ModuleRef, ModulesContainer } from '@nestjs/core';
import { MessageBroker } from './broker/message-broker.js';
import { EntryFactory } from './discovery/entry-factory.js';
import { Explorer } from './discovery/explorer.js';
import type { ResolvedOptions } from './mcp.resolved-options.js';
import { BACKEND_FACTORIES, MCP_OPTIONS, MCP_SERVER_NAME } from './mcp.tokens.js';
import { KeyRing } from './interaction/key-ring.js';
import { NonceStore } from './interaction/nonce-store.js';
import { PendingRequests } from './interaction/pending-requests.js';
import { MemoryBackends } from './memory/memory-backends.js';
import { DynamicHost } from './pipeline/dynamic-host.js';
import { Invoker } from './pipeline/invoker.js';
import type { BackendFactories, Backends } from './server/backends.js';
import { RedisBackends } from './redis/redis-backends.js';
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

/** One replaceable part: what the application provides under its token, else the default. */
function backend<T>(
  own: unknown,
  token: Abstract<T>,
  inject: readonly InjectionToken[],
  create: (make: BackendFactories, ...dependencies: unknown[]) => T | Promise<T>,
): Provider {
  return {
    provide: token as InjectionToken,
    inject: [ModulesContainer, BACKEND_FACTORIES, ...inject],
    useFactory: async (modules: ModulesContainer, make: BackendFactories, ...dependencies: unknown[]) =>
      (await provided(token, modules, own)) ?? create(make, ...dependencies),
  };
}

/** Memory or Redis: whichever the options say makes what the application does not bring itself. */
const factories: Provider = {
  provide: BACKEND_FACTORIES,
  inject: [MCP_OPTIONS, MCP_SERVER_NAME],
  useFactory: (options: ResolvedOptions, server: string | undefined): BackendFactories | Promise<BackendFactories> =>
    options.redis === undefined
      ? new MemoryBackends(options, report)
      : RedisBackends.load(options, server, report, logger),
};

/** @param own the module's class: providers of other modules replace the defaults */
export const backendProviders = (own: unknown): Provider[] => [
  factories,
  backend(own, MessageBroker, [], (make) => make.broker()),
  backend(own, SessionStore, [], (make) => make.sessions()),
  backend(own, EventLog, [MessageBroker, SessionStore], (make, ...stores) => make.log(...(stores as Stores))),
  backend(own, PendingRequests, [MessageBroker, SessionStore], (make, ...stores) =>
    make.pending(...(stores as Stores)),
  ),
  backend(own, NonceStore, [], (make) => make.nonces()),
  backend(own, KeyRing, [], (make) => make.keyRing()),
  backend(own, TaskStore, [], (make) => make.tasks()),
  backend(own, PrincipalResolver, [], () => new AnonymousPrincipalResolver()),
];

type Stores = [broker: MessageBroker, sessions: SessionStore];

/** Under which token each part is found. */
const PARTS: { readonly [K in keyof Backends]: InjectionToken<Backends[K]> } = {
  sessions: SessionStore,
  log: EventLog,
  broker: MessageBroker,
  principals: PrincipalResolver,
  pending: PendingRequests,
  nonces: NonceStore,
  tasks: TaskStore,
  keyRing: KeyRing,
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

import { Logger, type Abstract, type InjectionToken, type Provider } from '@nestjs/common';
import { DiscoveryService, ExternalContextCreator, HttpAdapterHost, ModuleRef, ModulesContainer } from '@nestjs/core';
import { AuditSink } from './audit/audit-sink.js';
import { MessageBroker } from './broker/message-broker.js';
import { authSettings } from './auth/auth-settings.js';
import { createAuth } from './auth/create-auth.js';
import { TokenVerifier } from './auth/token-verifier.js';
import { AccessBinder } from './discovery/access-binder.js';
import { EntryFactory } from './discovery/entry-factory.js';
import { Explorer } from './discovery/explorer.js';
import type { ResolvedOptions } from './options/resolve-options.js';
import { BACKEND_FACTORIES, BACKENDS, MCP_OPTIONS, MCP_SERVER_NAME, SERVER_LOGGER } from './mcp.tokens.js';
import { mountProvider } from './mcp.mount.js';
import { ThrottledReporter } from './report/throttled-reporter.js';
import { Inspection } from './inspector/inspection.js';
import { KeyRing } from './interaction/key-ring.js';
import { NonceStore } from './interaction/nonce-store.js';
import { PendingRequests } from './interaction/pending-requests.js';
import { RuntimeHandlerHost } from './pipeline/runtime-handler-host.js';
import { hostOf } from './mcp.run-time-host.js';
import { HandlerPipelines } from './pipeline/handler-pipelines.js';
import { Invoker } from './pipeline/invoker.js';
import type { BackendFactories, Backends } from './backends/backends.js';
import { loadBackends } from './backends/load-backends.js';
import { McpRuntime } from './server/mcp-runtime.js';
import { McpServer } from './server/mcp-server.js';
import { findOverride } from './backends/find-override.js';
import { PrincipalResolver } from './session/principal-resolver.js';
import { SessionStore } from './session/session-store.js';
import { UserPrincipalResolver } from './session/user-principal-resolver.js';
import { EventLog } from './stream/event-log.js';
import { TaskStore } from './task/task-store.js';
import { HttpMount } from './transport/http/mount/http-mount.js';

/** A logger whose context names the server. */
const serverLogger: Provider = {
  provide: SERVER_LOGGER,
  inject: [MCP_SERVER_NAME],
  useFactory: (server: string | undefined) => new Logger(server === undefined ? 'McpServer' : `McpServer:${server}`),
};
const reporter: Provider = {
  provide: ThrottledReporter,
  inject: [SERVER_LOGGER],
  useFactory: (logger: Logger) => new ThrottledReporter(logger),
};

/** A replaceable part: the application's provider of this token if it has one, otherwise the default. */
function backend<T>(
  own: unknown,
  token: Abstract<T>,
  inject: readonly InjectionToken[],
  create: (factories: BackendFactories, ...dependencies: unknown[]) => T | Promise<T>,
): Provider {
  return {
    provide: token as InjectionToken,
    inject: [ModulesContainer, BACKEND_FACTORIES, ...inject],
    useFactory: async (modules: ModulesContainer, factories: BackendFactories, ...dependencies: unknown[]) =>
      (await findOverride(token, modules, own)) ?? create(factories, ...dependencies),
  };
}

const factoriesProvider: Provider = {
  provide: BACKEND_FACTORIES,
  inject: [MCP_OPTIONS, MCP_SERVER_NAME, ThrottledReporter, SERVER_LOGGER],
  useFactory: loadBackends,
};

/** @param own the class of McpModule; providers of all other modules replace the defaults */
export const backendProviders = (own: unknown): Provider[] => [
  serverLogger,
  reporter,
  factoriesProvider,
  backend(own, MessageBroker, [], (factories) => factories.broker()),
  backend(own, SessionStore, [MessageBroker], (factories, broker) => factories.sessions(broker as MessageBroker)),
  backend(own, EventLog, [MessageBroker, SessionStore], (factories, ...stores) => factories.log(...(stores as Stores))),
  backend(own, PendingRequests, [MessageBroker, SessionStore], (factories, ...stores) =>
    factories.pending(...(stores as Stores)),
  ),
  backend(own, NonceStore, [], (factories) => factories.nonces()),
  backend(own, KeyRing, [], (factories) => factories.keyRing()),
  backend(own, TaskStore, [], (factories) => factories.tasks()),
  backend<TokenVerifier | undefined>(own, TokenVerifier, [], () => undefined),
  backend(own, PrincipalResolver, [MCP_OPTIONS, TokenVerifier, NonceStore, ThrottledReporter], (_factories, ...parts) =>
    createPrincipals(...(parts as PrincipalParts)),
  ),
  backend<AuditSink | undefined>(own, AuditSink, [], () => undefined),
];

type PrincipalParts = [
  options: ResolvedOptions,
  verifier: TokenVerifier | undefined,
  nonces: NonceStore,
  reporter: ThrottledReporter,
];

function createPrincipals(...[{ auth }, verifier, nonces, reporter]: PrincipalParts) {
  if (auth === undefined) return new UserPrincipalResolver();
  return createAuth(authSettings(auth), verifier, nonces, (sentence) => reporter.warn(sentence));
}

type Stores = [broker: MessageBroker, sessions: SessionStore];

/** The injection token of each part. */
const BACKEND_TOKENS: { readonly [K in keyof Backends]: InjectionToken<Backends[K]> } = {
  sessions: SessionStore,
  log: EventLog,
  broker: MessageBroker,
  principals: PrincipalResolver,
  pending: PendingRequests,
  nonces: NonceStore,
  tasks: TaskStore,
  keyRing: KeyRing,
  auditSink: AuditSink,
};

/** All parts of a server in one object. */
const backends: Provider = injectByName(BACKENDS, BACKEND_TOKENS);

/** Provides an object whose members are injected, each by the token under its name. */
function injectByName<T extends object>(
  provide: InjectionToken<T>,
  tokens: { readonly [K in keyof T]: InjectionToken<T[K]> },
): Provider<T> {
  const names = Object.keys(tokens) as (keyof T)[];
  return {
    provide,
    inject: names.map((name) => tokens[name]),
    useFactory: (...values: T[keyof T][]) => Object.fromEntries(names.map((name, i) => [name, values[i]])) as T,
  };
}

type RuntimeParts = [
  options: ResolvedOptions,
  backends: Backends,
  factories: BackendFactories,
  logger: Logger,
  reporter: ThrottledReporter,
  server: string | undefined,
];

/** The providers of the server itself. @param token the injection token of its `McpServer` */
export const serverProviders = (token: InjectionToken<McpServer>): Provider[] => [
  backends,
  RuntimeHandlerHost,
  {
    provide: McpRuntime,
    inject: [MCP_OPTIONS, BACKENDS, BACKEND_FACTORIES, SERVER_LOGGER, ThrottledReporter, MCP_SERVER_NAME],
    useFactory: (...[options, backends, factories, ...parts]: RuntimeParts) =>
      new McpRuntime(options, backends, factories.stored, factories.limits(), ...parts),
  },
  {
    provide: Explorer,
    inject: [DiscoveryService, ExternalContextCreator],
    useFactory: (...parts: ConstructorParameters<typeof Explorer>) => new Explorer(...parts),
  },
  {
    provide: EntryFactory,
    inject: [ExternalContextCreator, ModuleRef, McpRuntime, MCP_OPTIONS],
    useFactory: (
      creator: ExternalContextCreator,
      moduleRef: ModuleRef,
      runtime: McpRuntime,
      { unknownArguments }: ResolvedOptions,
    ) =>
      new EntryFactory(
        new Invoker(new HandlerPipelines(creator, moduleRef, runtime.options.globalEnhancers), runtime.logger),
        runtime.interactions.forms,
        new AccessBinder(moduleRef, runtime.access.scopes, runtime.options.access?.listingGuards),
        runtime.logger,
        unknownArguments === 'ignore',
      ),
  },
  {
    provide: token,
    inject: [McpRuntime, EntryFactory, ModulesContainer],
    useFactory: (runtime: McpRuntime, entries: EntryFactory, modules: ModulesContainer) =>
      new McpServer(runtime, entries, hostOf(modules, runtime)),
  },
  {
    provide: Inspection,
    inject: [McpRuntime, HttpAdapterHost, { token: HttpMount, optional: true }, BACKEND_FACTORIES],
    useFactory: (
      runtime: McpRuntime,
      adapterHost: HttpAdapterHost,
      mount: HttpMount | undefined,
      { probe }: BackendFactories,
    ) => new Inspection(runtime, adapterHost, mount, probe),
  },
  mountProvider,
];

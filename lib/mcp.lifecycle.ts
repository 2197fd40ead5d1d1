import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
  Optional,
} from '@nestjs/common';
import { ModuleRef, ModulesContainer } from '@nestjs/core';
import { AuthPrincipalResolver } from './auth/auth-principal-resolver.js';
import { globalGuards } from './nest/container.js';
import { EntryFactory } from './discovery/entry-factory.js';
import { Explorer } from './discovery/explorer.js';
import { Registrar } from './discovery/registrar.js';
import { Inspection } from './inspector/inspection.js';
import { onFailedStart } from './nest/failed-start.js';
import { requireResource } from './mcp.resource.js';
import { hostOf } from './mcp.run-time-host.js';
import { skillSources } from './mcp.skills.js';
import { serverNames } from './mcp.server-names.js';
import { BACKEND_FACTORIES, MCP_SERVER_NAME, MOUNT_KIND } from './mcp.tokens.js';
import type { BackendFactories } from './backends/backends.js';
import type { MountKind } from './options/module-options.js';
import { loadedCopies } from './packages/loaded-copies.js';
import { McpRuntime } from './server/mcp-runtime.js';
import { startTelemetry } from './server/start-telemetry.js';
import { HttpMount } from './transport/http/mount/http-mount.js';

/** Starts and closes one server in Nest's lifecycle hooks, in the order that its parts need. */
@Injectable()
export class McpLifecycle
  implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  #closing: Promise<void> | undefined;
  #stopTelemetry: (() => void) | undefined;

  constructor(
    @Inject(McpRuntime) private readonly runtime: McpRuntime,
    @Inject(Explorer) private readonly explorer: Explorer,
    @Inject(EntryFactory) private readonly entries: EntryFactory,
    @Inject(Inspection) private readonly inspection: Inspection,
    @Inject(BACKEND_FACTORIES) private readonly factories: BackendFactories,
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
    @Inject(ModuleRef) private readonly moduleRef: ModuleRef,
    @Inject(MOUNT_KIND) private readonly kind: MountKind,
    @Optional() @Inject(MCP_SERVER_NAME) private readonly server: string | undefined,
    @Optional() @Inject(HttpMount) private readonly mount: HttpMount | undefined,
  ) {
    onFailedStart(modules, () => this.#close());
  }

  /** All providers exist by now, and Nest has not yet added its catch-all for unknown routes. */
  async onModuleInit(): Promise<void> {
    const registrar = new Registrar(this.explorer, this.entries, this.runtime.catalog);
    await registrar.register(this.server, serverNames(this.modules), this.runtime.options.expose);
    await this.runtime.openSkills(skillSources(this.runtime, this.entries, hostOf(this.modules, this.runtime)));
    this.#stopTelemetry = await startTelemetry(this.runtime);
    await this.runtime.start();
    await this.inspection.start();
    this.mount?.mount(this.runtime.http.endpoint);
    if (this.mount) requireResource(this.runtime, this.mount.paths);
    this.#logRegistrations();
    this.#warnAboutGuards();
  }

  /** The other providers of the application are ready, so that they can say what their skills are. */
  onApplicationBootstrap(): Promise<void> {
    return this.runtime.providersReady();
  }

  /** Who protects an application with a global guard takes the endpoint for protected, too. */
  #warnAboutGuards(): void {
    const paths = this.mount?.paths ?? [];
    if (paths.length === 0 || this.kind === 'controller' || globalGuards(this.moduleRef) === 0) return;
    this.runtime.logger.warn(
      `Global guards do not run at the endpoint ${paths.join(', ')}, which is mounted "${this.kind}": anyone may open sessions and read lists. Use mount: 'controller', or provide a PrincipalResolver that refuses them.`,
    );
  }

  /**
   * Logs what was registered, as Nest logs its routes: it shows that a class is missing from its module's providers.
   */
  #logRegistrations(): void {
    const { catalog, logger, options } = this.runtime;
    const { tools, resources, templates, prompts, extensions, skills } = catalog;
    const paths = this.mount?.paths ?? [];
    const where = paths.length === 0 ? '' : ` on ${paths.join(', ')}`;
    logger.log(
      `"${options.name}"${where}: ${tools.size} tools, ${resources.size} resources, ` +
        `${templates.size} templates, ${prompts.size} prompts`,
    );
    const copies = loadedCopies();
    if (copies.length > 1) {
      logger.warn(
        `${copies.length} copies of nestjs-mcp-fleet are loaded. They know each other, but may be of different versions: ` +
          `"npm dedupe" may leave one. They are ${copies.join(', ')}`,
      );
    }
    const registered = tools.size + resources.size + templates.size + prompts.size + extensions.size + skills.size;
    if (registered === 0 && !options.capabilities) {
      logger.warn('Nothing is registered: is the class with the decorated methods in the providers of a module?');
    }
  }

  /** Runs before the HTTP server closes, which would wait for open streams forever (F2). */
  async beforeApplicationShutdown(): Promise<void> {
    this.runtime.retire();
    await this.mount?.stopAccepting();
    await this.runtime.drain();
    this.inspection.endPages();
    await this.mount?.drainIdle();
    await this.runtime.drainRemaining();
  }

  onApplicationShutdown(): Promise<void> {
    return this.#close();
  }

  /** An application may also be closed after its start has failed, and then everything is closed already. */
  #close(): Promise<void> {
    return (this.#closing ??= this.#closeAll());
  }

  async #closeAll(): Promise<void> {
    await this.inspection.close();
    this.#stopTelemetry?.();
    await this.runtime.close();
    // A part is closed before the parts that it uses.
    const { tasks, pending, log, sessions, broker, keyRing, principals } = this.runtime.backends;
    if (principals instanceof AuthPrincipalResolver) principals.close();
    for (const part of [tasks, pending, log, sessions, broker, keyRing]) if (isClosable(part)) await part.close();
    this.factories.close();
  }
}

const isClosable = (part: object): part is { close(): void | Promise<void> } =>
  'close' in part && typeof part.close === 'function';

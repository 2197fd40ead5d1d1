import type { HttpAdapterHost } from '@nestjs/core';
import type { StoreProbe } from '../backends/backends.js';
import type { Module } from '../nest/container.js';
import type { McpRuntime } from '../server/mcp-runtime.js';
import { OriginPolicy } from '../transport/http/origin-policy.js';
import type { HttpMount } from '../transport/http/mount/http-mount.js';
import { FleetWatch } from './fleet/fleet-watch.js';
import { channelsOf } from './fleet/messages.js';
import { Reporting } from './fleet/reporting.js';
import { configOf, GONE_AFTER_MS } from './inspector-config.js';
import { type InspectorSettings, REPORT_INTERVAL_MS } from './inspector-options.js';
import { InstanceReporter } from './instance/instance-reporter.js';
import { readLists } from './lists/read-lists.js';
import { mountPage } from './page/mount-page.js';
import { PageActions } from './page/page-actions.js';
import { PageGuards } from './page/page-guards.js';
import { PageRoutes } from './page/page-routes.js';

interface Opened {
  readonly guards: PageGuards;
  readonly reporting: Reporting;
  readonly watch: FleetWatch;
}

/** The page of one server. There is nothing of it until it is opened, which most applications never do. */
export class Inspection {
  #opened: Opened | undefined;

  constructor(
    private readonly runtime: McpRuntime,
    private readonly adapterHost: HttpAdapterHost,
    private readonly endpoint: HttpMount | undefined,
    private readonly probe: StoreProbe | undefined,
  ) {}

  get isOpen(): boolean {
    return this.#opened !== undefined;
  }

  /**
   * Mounts the page. The rest begins with `start()`.
   *
   * @param path begins with a slash and does not end with one
   * @param modules where guards are looked for, in this order
   */
  open(path: string, settings: InspectorSettings, modules: () => Iterable<Module>): void {
    const { runtime } = this;
    const { report } = runtime.services;
    const channels = channelsOf(runtime.server);
    const { broker } = runtime.backends;
    const reporter = new InstanceReporter(runtime, settings, this.probe);
    const reporting = new Reporting({ broker, channels, reporter, intervalMs: REPORT_INTERVAL_MS, report });
    const lists = readLists(runtime, settings, this.probe);
    const watch = new FleetWatch({
      ...{ broker, channels, instance: reporter.id, goneAfterMs: GONE_AFTER_MS },
      ...{ lists, report },
    });
    const guards = new PageGuards(settings.guards, modules);
    const routes = new PageRoutes({
      ...{ path, watch, report, maxWatchers: settings.maxWatchers },
      guards,
      policy: new OriginPolicy(runtime.options),
      config: () => configOf(runtime, settings, this.endpoint?.paths ?? [], reporter.id),
      actions: settings.actions ? new PageActions(runtime) : undefined,
    });
    mountPage(this.adapterHost.httpAdapter, path, (request) => void routes.serve(request));
    if (runtime.http.welcome) runtime.http.welcome.inspector = path;
    this.#opened = { guards, reporting, watch };
  }

  /**
   * From here on this instance can be watched.
   *
   * @throws Error if a guard cannot be made
   */
  async start(): Promise<void> {
    await this.#opened?.guards.load();
    this.#opened?.reporting.start();
  }

  /** Ends the streams of pages, so that the HTTP server can close. Others still watch how this instance drains. */
  endPages(): void {
    this.#opened?.watch.close();
  }

  async close(): Promise<void> {
    this.#opened?.watch.close();
    await this.#opened?.reporting.close();
  }
}

import type { Logger } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import type { Subscription } from 'rxjs';
import { AccessControl } from '../access/access-control.js';
import { BroadcastFeed } from '../broadcast/broadcast-feed.js';
import { ChangeBus } from '../broker/change-bus.js';
import { Catalog } from '../catalog/catalog.js';
import type { CallBounds } from '../engine/call-bounds.js';
import { InFlight } from '../engine/in-flight.js';
import { declaredExtensions } from '../extensions/declared-extensions.js';
import type { SkillSource } from '../extensions/skills/skill-source.js';
import { Skills } from '../extensions/skills/skills.js';
import { skillsExtension } from '../extensions/skills/skills-extension.js';
import { SessionEnds } from '../engine/session-ends.js';
import { SessionExpiry } from '../engine/session-expiry.js';
import type { Observer } from '../observe/observer.js';
import type { LimitStore } from '../limits/limit-store.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import { NO_CACHE } from '../protocol/definitions.js';
import { MODERN_REVISION } from '../protocol/revisions.js';
import { BackendUnavailableError } from '../session/backend-unavailable.js';
import { SessionChanges } from '../broadcast/session-changes.js';
import type { SessionRecord } from '../session/session-record.js';
import { type GapCapabilities, gapNotifications } from '../stream/gap-notifications.js';
import { watchForLostWorker } from '../stream/lost-worker.js';
import type { Tasks } from '../task/tasks.js';
import type { LegacyServices } from '../transport/legacy-services.js';
import { Announcer } from './announcer.js';
import type { Interactions } from '../interaction/interactions.js';
import type { ThrottledReporter } from '../report/throttled-reporter.js';
import type { AuditQueue } from '../audit/audit-queue.js';
import { createAudit } from './compose/create-audit.js';
import { createBounds } from './compose/create-bounds.js';
import { createInteractions } from './compose/create-interactions.js';
import { createObserver } from './compose/create-observer.js';
import { createTasks } from './compose/create-tasks.js';
import type { Backends, StoredGauge } from '../backends/backends.js';
import { accessOptions } from '../options/access-options.js';
import { requirePrivateLists } from './require-private-lists.js';
import { SessionKeeper } from '../session/session-keeper.js';
import { createEngine, type Engine } from './compose/create-engine.js';
import { createHttpService, type HttpService } from './compose/create-http.js';

/** How long a shutdown waits for the sink of the audit, ms. */
const AUDIT_GRACE_MS = 1000;

/** One MCP server: creates and connects all the objects between a message and a method. */
export class McpRuntime {
  readonly access: AccessControl;
  readonly catalog: Catalog;
  readonly observer: Observer;
  /** What is given to the sink of the audit. `undefined` without one. */
  readonly audit: AuditQueue | undefined;
  readonly bounds: CallBounds;
  readonly interactions: Interactions;
  readonly bus: ChangeBus;
  readonly feed: BroadcastFeed;
  readonly tasks: Tasks;
  readonly engine: Engine;
  readonly announcer: Announcer;
  readonly skills: Skills;
  readonly inFlight: InFlight;
  readonly services: LegacyServices;
  readonly http: HttpService;
  #subscriptions: Subscription[] = [];
  readonly #id = randomUUID();
  readonly #expiry: SessionExpiry;
  readonly #ends: SessionEnds;
  readonly #stopHops: () => void;
  #busRetry: NodeJS.Timeout | undefined;
  #closed = false;
  #drainDeadline = 0;
  #state: 'starting' | 'running' | 'closing' = 'starting';

  constructor(
    readonly options: ResolvedOptions,
    readonly backends: Backends,
    readonly stored: StoredGauge,
    limits: LimitStore,
    readonly logger: Logger,
    reporter: ThrottledReporter,
    /** The server's name; `undefined` for the default server. */
    readonly server: string | undefined,
  ) {
    const { sessions, log, broker } = backends;
    const { report } = reporter;
    this.inFlight = new InFlight(options);
    this.access = new AccessControl(accessOptions(options), report);
    this.catalog = new Catalog(options.pageSize);
    const observer = (this.observer = createObserver(this.catalog, options, server));
    this.audit = createAudit(backends.auditSink, observer, options, reporter);
    const recorded = this.audit && observer;
    this.#expiry = new SessionExpiry(sessions, this.inFlight, options.sessionIdleTtlMs, report, recorded);
    this.#stopHops = broker.onHop((milliseconds) => observer.hopped(milliseconds));
    this.interactions = createInteractions(backends, options, this.logger, observer);
    this.bus = new ChangeBus({ broker, namespace: `mcp:${server ?? 'default'}`, report });
    const ends = (this.#ends = new SessionEnds(sessions, this.inFlight, this.bus));
    const { catalog, access, interactions, bus } = this;
    const tasks = (this.tasks = createTasks({
      ...{ catalog, interactions, backends, bus, access },
      ...{ options, logger, report, observer },
    }));
    const bounds = (this.bounds = createBounds(limits, options));
    this.feed = new BroadcastFeed({ log, broker, report });
    const { pending } = backends;
    const keeper = new SessionKeeper(sessions, options.sessionIdleTtlMs, report);
    const changes = new SessionChanges(broker, log, this.feed, report);
    this.engine = createEngine({
      ...{ catalog, sessions, changes, interactions, tasks, pending, access },
      ...{ options, logger, observer, bounds },
    });
    this.announcer = new Announcer(sessions, log, options.changeDebounceMs, report);
    const skillAnnouncer = {
      resourcesChanged: () => this.announcer.listChanged('resources'),
      resourceUpdated: (uri: string) => this.announcer.resourceUpdated(uri),
    };
    this.skills = new Skills({ catalog, pageSize: options.pageSize, announcer: skillAnnouncer, report });
    this.services = {
      sessions,
      log,
      broker,
      pending,
      bus,
      ends,
      feed: this.feed,
      observer,
      report,
      gapNotifications: this.#gapNotifications,
      mayReceive: this.engine.notifications.mayReceive,
      admitStream: (client) => this.bounds.admitStream(client),
      keepSessionAlive: (session) => keeper.keep(session),
      watchForLostWorker: (session, stream) =>
        watchForLostWorker({ log, session, stream, report, instanceTtlMs: options.instanceTtlMs }),
    };
    this.http = createHttpService(this.engine, backends, this.services, this.inFlight, options, this.logger);
  }

  /** Offers the skills of these sources. Without any there is no such extension. */
  async openSkills(sources: readonly SkillSource[]): Promise<void> {
    if (sources.length === 0) return;
    const { pageSize, listCache: cache = NO_CACHE } = this.options;
    this.engine.offer(skillsExtension(this.skills, { access: this.access, cache, pageSize }));
    await this.skills.open(sources);
  }

  /** Called once all providers of the application are ready. */
  async providersReady(): Promise<void> {
    await this.skills.ready();
    requirePrivateLists(this.catalog, this.engine.extensions, this.access, this.options);
  }

  /** Reads the skills again, here and on all other instances. */
  async reloadSkills(): Promise<void> {
    const reloading = this.skills.reload();
    // What could be read is served and announced from here on, and the others may be able to read the rest.
    await reloading.catch(() => undefined);
    await this.bus.publish({ type: 'skills-changed', from: this.#id });
    await reloading;
  }

  /** Called once the catalog is complete. Changes from here on are announced to clients. */
  async start(): Promise<void> {
    const { interactions, access, bounds } = this;
    const declared = declaredExtensions(this.catalog, { interactions, access, bounds });
    for (const extension of declared) this.engine.offer(extension);
    requirePrivateLists(this.catalog, this.engine.extensions, this.access, this.options);
    const { subscriptions } = this.engine;
    const deliverAll = (): void => subscriptions.deliverAll();
    this.#subscriptions = [
      this.catalog.changes$.subscribe((list) => this.announcer.listChanged(list)),
      this.bus.events$.subscribe((event) => {
        if (event.type === 'cancel') this.inFlight.cancel(event.session, event.requestId, event.reason ?? 'cancelled');
        else if (event.type === 'session-ended') this.#ends.heard(event.session);
        else if (event.type === 'task-changed') this.tasks.changes.notify(event.task);
        else if (event.type === 'skills-changed') {
          if (event.from !== this.#id) this.skills.reloadSoon();
        } else subscriptions.deliver(event);
      }),
      this.bus.interrupted$.subscribe(() => this.#missed()),
    ];
    this.feed.listen({
      entry: ({ broadcast }) => broadcast && subscriptions.deliver(broadcast),
      ...{ started: deliverAll, gap: deliverAll },
    });
    await Promise.all([this.#startBus(), this.feed.start()]);
    this.#state = 'running';
  }

  get state(): 'starting' | 'running' | 'closing' {
    return this.#state;
  }

  /** Reports the server as not ready, while it still serves everything. */
  retire(): void {
    this.#state = 'closing';
  }

  /** Ends streams and lets running requests finish, before the HTTP server closes and would wait for them (T-58). */
  async drain(): Promise<void> {
    const { drainTimeoutMs } = this.options;
    this.#drainDeadline = performance.now() + drainTimeoutMs;
    this.engine.subscriptions.close();
    this.http.streams.close();
    await Promise.all([this.inFlight.drain(drainTimeoutMs), this.tasks.runner.drain(drainTimeoutMs)]);
  }

  /** Lets the requests finish that arrived during `drain()`, within the time that is left. */
  async drainRemaining(): Promise<void> {
    const leftMs = this.#drainDeadline - performance.now();
    if (leftMs > 0) await this.inFlight.drain(leftMs);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#busRetry);
    this.#expiry.close();
    this.#ends.close();
    this.#stopHops();
    this.http.slow.close();
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    this.skills.close();
    this.announcer.close();
    this.feed.close();
    this.tasks.changes.close();
    this.tasks.orphans.close();
    await this.audit?.settled(AUDIT_GRACE_MS);
    await this.bus.close();
  }

  /** The broadcast log misses nothing, but what was said on the bus meanwhile is nowhere else (P12). */
  #missed(): void {
    this.engine.subscriptions.deliverAll();
    this.tasks.changes.notifyAll();
    this.skills.reloadSoon();
  }

  /** An instance starts even while its broker is unavailable, and receives changes once it is back (F4). */
  async #startBus(isRetry = false): Promise<void> {
    try {
      await this.bus.start();
      if (isRetry) this.#missed();
    } catch (error) {
      if (!(error instanceof BackendUnavailableError)) throw error;
      if (this.#closed) return;
      this.#busRetry = setTimeout(() => void this.#startBus(true).catch(this.services.report), 500).unref();
    }
  }

  readonly #gapNotifications = async (session: SessionRecord, reason: string): Promise<readonly string[]> =>
    gapNotifications({
      capabilities: this.engine.capabilities.describe(MODERN_REVISION) as GapCapabilities,
      subscriptions: await this.backends.sessions.subscriptions(session),
      logLevel: session.logLevel,
      reason,
    });
}

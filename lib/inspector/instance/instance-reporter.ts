import { randomBytes } from 'node:crypto';
import type { StoreProbe } from '../../backends/backends.js';
import { subjectsOf } from '../../engine/subject-of.js';
import { auditOptions } from '../../options/audit-options.js';
import { packageRoot } from '../../packages/package-root.js';
import type { McpRuntime } from '../../server/mcp-runtime.js';
import type { Reporter } from '../fleet/reporting.js';
import { sessionDigest } from '../../observe/session-digest.js';
import { taskDigest } from '../task-digest.js';
import { callsPerReport, type InspectorSettings } from '../inspector-options.js';
import type { InstanceInfo, InstanceReport } from '../wire/instance.js';
import { CallIds } from './call-ids.js';
import { FiguresOfInstance } from './instance-figures.js';
import { Recorder } from './recorder.js';
import { RunningCalls } from './running-calls.js';

/** Entries of each list in a report. */
const MAX_LISTED = 200;

/** Makes the reports of this instance. */
export class InstanceReporter implements Reporter {
  readonly info: InstanceInfo;
  readonly #figures: FiguresOfInstance;
  readonly #recorder: Recorder;
  readonly #running: RunningCalls;
  #sequence = 0;
  #since = 0;

  constructor(
    private readonly runtime: McpRuntime,
    settings: InspectorSettings,
    probe: StoreProbe | undefined,
  ) {
    const { audit, version } = runtime.options;
    this.info = {
      id: randomBytes(9).toString('base64url'),
      name: auditOptions(audit).instance,
      version,
      packageVersion: packageRoot().version,
      node: process.version,
      pid: process.pid,
      startedAt: Math.round(Date.now() - process.uptime() * 1000),
    };
    this.#figures = new FiguresOfInstance(runtime, probe);
    const subjectOf = subjectsOf(runtime.catalog);
    const shared = { instance: this.info.id, ids: new CallIds(this.info.id), settings, subjectOf };
    const maxCalls = callsPerReport(settings);
    this.#recorder = new Recorder({ ...shared, observer: runtime.observer, maxCalls });
    this.#running = new RunningCalls({ ...shared, inFlight: () => runtime.inFlight.exchanges });
  }

  get id(): string {
    return this.info.id;
  }

  begin(): void {
    this.#sequence = 0;
    this.#since = performance.now();
    this.#figures.begin();
    this.#recorder.begin();
  }

  report(): InstanceReport {
    const now = performance.now();
    const coversMs = Math.round(now - this.#since);
    this.#since = now;
    const streams = this.#streams();
    const tasks = this.#tasks(now);
    return {
      instance: this.info,
      at: Date.now(),
      sequence: ++this.#sequence,
      coversMs,
      figures: { ...this.#figures.take(), brokerRoundTripMs: this.#recorder.hopMs },
      ...this.#recorder.take(),
      ...this.#running.take(),
      ...{ streams, streamsLeftOut: Math.max(0, this.runtime.http.streams.size - streams.length) },
      ...{ tasks, tasksLeftOut: Math.max(0, this.runtime.tasks.runner.size - tasks.length) },
    };
  }

  end(): void {
    this.#figures.end();
    this.#recorder.end();
  }

  #streams(): InstanceReport['streams'] {
    return firstOf(this.runtime.http.streams.sessions()).map((session) => ({ session: sessionDigest(session) }));
  }

  #tasks(now: number): InstanceReport['tasks'] {
    return firstOf(this.runtime.tasks.runner.running()).map(({ key, startedAt }) => ({
      id: taskDigest(key),
      runningMs: Math.round(now - startedAt),
    }));
  }
}

function firstOf<T>(all: Iterable<T>): T[] {
  const first: T[] = [];
  for (const one of all) if (first.push(one) >= MAX_LISTED) break;
  return first;
}

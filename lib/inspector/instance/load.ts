import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { InstanceFigures } from '../wire/instance.js';

/** How often the event loop is asked, ms: no more than a few wake-ups of an idle process. */
const RESOLUTION_MS = 20;
const NS_PER_MS = 1e6;

/** How busy this process is, measured from `begin()` to `end()` only. */
export class Load {
  #delay: IntervalHistogram | undefined;
  #cpu = process.cpuUsage();
  #since = performance.now();

  begin(): void {
    this.#delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    this.#delay.enable();
    this.#restart();
  }

  /** Since the call before. */
  take(): Pick<InstanceFigures, 'loopLagMs' | 'cpu' | 'rssBytes' | 'heapUsedBytes'> {
    const { user, system } = process.cpuUsage(this.#cpu);
    const elapsedMs = performance.now() - this.#since;
    const { rss, heapUsed } = process.memoryUsage();
    const loopLagMs = { mean: late(this.#delay?.mean), max: late(this.#delay?.max) };
    this.#restart();
    const cpu = elapsedMs > 0 ? rounded((user + system) / 1000 / elapsedMs) : 0;
    return { loopLagMs, cpu, rssBytes: rss, heapUsedBytes: heapUsed };
  }

  end(): void {
    this.#delay?.disable();
    this.#delay = undefined;
  }

  #restart(): void {
    this.#delay?.reset();
    this.#cpu = process.cpuUsage();
    this.#since = performance.now();
  }
}

/** What is measured is the time between two looks, and there are none before the first. */
const late = (ns: number | undefined): number =>
  ns === undefined || Number.isNaN(ns) || ns > MAX_NS ? 0 : rounded(Math.max(0, ns / NS_PER_MS - RESOLUTION_MS));
/** What the histogram says of nothing is beyond any delay. */
const MAX_NS = 1e15;

const rounded = (value: number): number => Math.round(value * 1000) / 1000;

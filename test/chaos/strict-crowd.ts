import { setTimeout as sleep } from 'node:timers/promises';
import { LegacySession } from '../fixtures/clients/legacy-session.js';
import type { Announced } from './announcer.js';
import { checkAnnouncements } from './announcement-check.js';
import { Crowd, type CrowdFigures, type CrowdContext } from './crowd.js';
import type { CheckResult, Entry } from './history-check.js';
import type { Logs } from './logs.js';
import { type ReaderMode, Reader } from './reader.js';

/** Our own clients, which check every byte, all with the same mode. */
export class StrictCrowd extends Crowd<Reader> {
  constructor(
    context: CrowdContext,
    private readonly sessions: number,
    private readonly mode: ReaderMode,
    private readonly resources: readonly string[] = [],
  ) {
    super(context);
  }

  override async connect(): Promise<void> {
    const { fleet, chance } = this.context;
    for (let i = 0; i < this.sessions; i++) {
      const opened = await LegacySession.open(chance.pick(fleet.ports));
      for (const uri of this.resources) await opened.request('resources/subscribe', { uri });
      const { id: session } = opened;
      const reader = new Reader({ fleet, session, mode: this.mode, chance, liveness: this.liveness });
      this.members.push(reader);
      reader.start();
    }
  }

  override async produce(storm: AbortSignal): Promise<void> {
    await Promise.all(this.members.map((reader) => this.produceFor(reader, storm)));
  }

  /** Waits until every client has the newest announcement. @returns whether all did in time */
  async heardAll(logged: readonly Entry[], timeoutMs: number): Promise<boolean> {
    const last = logged.at(-1)?.id;
    const hasHeard = ({ announcements }: Reader): boolean =>
      last === undefined || announcements.slice(-500).some(({ id }) => id === last);
    const deadline = performance.now() + timeoutMs;
    while (!this.members.every(hasHeard)) {
      if (performance.now() > deadline) return false;
      await sleep(50);
    }
    return true;
  }

  checkAnnouncements(announced: ReadonlyMap<string, Announced>, logged: readonly Entry[]): CheckResult {
    const received = new Map(this.members.map((reader) => [reader.session, reader.announcements]));
    return checkAnnouncements({ announced, logged, received });
  }

  figures(logged?: Logs): CrowdFigures {
    const received = new Map(this.members.map((reader) => [reader.session, reader.received]));
    return this.check(this.offers, received, logged);
  }
}

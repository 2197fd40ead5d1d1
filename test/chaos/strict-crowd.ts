import { LegacySession } from '../fixtures/clients/legacy-session.js';
import { Crowd, type CrowdFigures, type CrowdContext } from './crowd.js';
import type { Logs } from './logs.js';
import { type ReaderMode, Reader } from './reader.js';

/** Our own clients, which check every byte, all with the same mode. */
export class StrictCrowd extends Crowd<Reader> {
  constructor(
    context: CrowdContext,
    private readonly sessions: number,
    private readonly mode: ReaderMode,
  ) {
    super(context);
  }

  override async connect(): Promise<void> {
    const { fleet, chance } = this.context;
    for (let i = 0; i < this.sessions; i++) {
      const { id: session } = await LegacySession.open(chance.pick(fleet.ports));
      const reader = new Reader({ fleet, session, mode: this.mode, chance, liveness: this.liveness });
      this.members.push(reader);
      reader.start();
    }
  }

  override async produce(storm: AbortSignal): Promise<void> {
    await Promise.all(this.members.map((reader) => this.produceFor(reader, storm)));
  }

  figures(logged?: Logs): CrowdFigures {
    const received = new Map(this.members.map((reader) => [reader.session, reader.received]));
    return this.check(this.offers, received, logged);
  }
}

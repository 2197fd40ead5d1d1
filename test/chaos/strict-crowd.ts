import { LegacySession } from '../fixtures/clients/legacy-session.js';
import { Crowd, type CrowdFigures, type Surroundings } from './crowd.js';
import type { Logs } from './logs.js';
import { type Manner, Reader } from './reader.js';

/** Clients of our own, which count every byte, all of the same manner. */
export class StrictCrowd extends Crowd<Reader> {
  constructor(
    surroundings: Surroundings,
    private readonly sessions: number,
    private readonly manner: Manner,
  ) {
    super(surroundings);
  }

  override async gather(): Promise<void> {
    const { fleet, chance } = this.surroundings;
    for (let i = 0; i < this.sessions; i++) {
      const { id: session } = await LegacySession.open(chance.pick(fleet.ports));
      const reader = new Reader({ fleet, session, manner: this.manner, chance, liveness: this.liveness });
      this.members.push(reader);
      reader.start();
    }
  }

  override async speak(storm: AbortSignal): Promise<void> {
    await Promise.all(this.members.map((reader) => this.speakTo(reader, storm)));
  }

  figures(kept?: Logs): CrowdFigures {
    const received = new Map(this.members.map((reader) => [reader.session, reader.received]));
    return this.judge(this.offers, received, kept);
  }
}

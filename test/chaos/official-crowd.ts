import { setTimeout as pause } from 'node:timers/promises';
import { Crowd, type CrowdFigures, type Surroundings } from './crowd.js';
import type { Logs } from './logs.js';
import { setAside, withIds } from './departure.js';
import { type Desertion, OFFICIAL, type Official, OfficialClient } from './official-client.js';

export interface OfficialFigures extends CrowdFigures {
  /** Clients that left their stream by themselves, by version and how. */
  readonly desertions: Record<string, number>;
  /** Acknowledged for a client after the last message it got before it left. Counted nowhere else. */
  readonly abandoned: number;
}

/** Official clients of both versions, half each. In the place of one that deserts comes a new one, with a new session. */
export class OfficialCrowd extends Crowd<OfficialClient> {
  constructor(
    surroundings: Surroundings,
    private readonly places: number,
  ) {
    super(surroundings);
  }

  override async gather(): Promise<void> {
    for (let i = 0; i < this.places; i++) await this.#open(OFFICIAL[i % OFFICIAL.length]!);
  }

  override async speak(storm: AbortSignal): Promise<void> {
    await Promise.all(this.members.map((client) => this.#keep(client, storm)));
  }

  protected override get listening(): readonly OfficialClient[] {
    return this.members.filter(({ desertion }) => desertion === undefined);
  }

  /** @param later the logs again, after everybody left: what came in behind `kept` has its ids there */
  figures(kept: Logs, later: Logs): OfficialFigures {
    const desertions: Record<string, number> = {};
    for (const { version, desertion } of this.members) {
      if (desertion === undefined) continue;
      const name: `${Official} ${Desertion}` = `${version} ${desertion}`;
      desertions[name] = (desertions[name] ?? 0) + 1;
    }
    const received = new Map(
      this.members.map((client) => [client.session, withIds(client.received, later.get(client.session) ?? [])]),
    );
    const deserters = new Set(this.members.filter(({ desertion }) => desertion).map(({ session }) => session));
    const fair = setAside({ offers: this.offers, received, kept }, deserters);
    return { ...this.judge(fair.offers, received, fair.kept), desertions, abandoned: fair.abandoned };
  }

  async #keep(first: OfficialClient, storm: AbortSignal): Promise<void> {
    for (let client: OfficialClient | undefined = first; !storm.aborted;) {
      if (client) await this.speakTo(client, AbortSignal.any([storm, client.over]));
      else await pause(100);
      // Its session could not be opened in the middle of the storm: another try.
      if (!storm.aborted) client = await this.#open(first.version).catch(() => undefined);
    }
  }

  async #open(version: Official): Promise<OfficialClient> {
    const { fleet, chance } = this.surroundings;
    const client = await OfficialClient.open(version, { fleet, chance, liveness: this.liveness });
    this.members.push(client);
    return client;
  }
}

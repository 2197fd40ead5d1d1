import { setTimeout as sleep } from 'node:timers/promises';
import { Crowd, type CrowdFigures, type CrowdContext } from './crowd.js';
import type { Logs } from './logs.js';
import { excludeAbandoned, withIds } from './abandoned-messages.js';
import { type GiveUp, OFFICIAL, type Official, OfficialClient } from './official-client.js';

export interface OfficialFigures extends CrowdFigures {
  /** Clients that gave up their stream, by version and reason. */
  readonly giveUps: Record<string, number>;
  /** Messages acknowledged after the last one that a client received before it gave up. Counted nowhere else. */
  readonly abandoned: number;
}

/** Official clients of both versions, half each. A client that gives up is replaced by one with a new session. */
export class OfficialCrowd extends Crowd<OfficialClient> {
  constructor(
    context: CrowdContext,
    private readonly count: number,
  ) {
    super(context);
  }

  override async connect(): Promise<void> {
    for (let i = 0; i < this.count; i++) await this.#open(OFFICIAL[i % OFFICIAL.length]!);
  }

  override async produce(storm: AbortSignal): Promise<void> {
    await Promise.all(this.members.map((client) => this.#replaceWhenGivenUp(client, storm)));
  }

  protected override get connected(): readonly OfficialClient[] {
    return this.members.filter(({ giveUp }) => giveUp === undefined);
  }

  /** @param later the logs after all clients disconnected: they have the ids of messages received after `logged` */
  figures(logged: Logs, later: Logs): OfficialFigures {
    const giveUps: Record<string, number> = {};
    for (const { version, giveUp } of this.members) {
      if (giveUp === undefined) continue;
      const name: `${Official} ${GiveUp}` = `${version} ${giveUp}`;
      giveUps[name] = (giveUps[name] ?? 0) + 1;
    }
    const received = new Map(
      this.members.map((client) => [client.session, withIds(client.received, later.get(client.session) ?? [])]),
    );
    const gaveUp = new Set(this.members.filter(({ giveUp }) => giveUp).map(({ session }) => session));
    const adjusted = excludeAbandoned({ offers: this.offers, received, logged }, gaveUp);
    return { ...this.check(adjusted.offers, received, adjusted.logged), giveUps, abandoned: adjusted.abandoned };
  }

  async #replaceWhenGivenUp(first: OfficialClient, storm: AbortSignal): Promise<void> {
    for (let client: OfficialClient | undefined = first; !storm.aborted;) {
      if (client) await this.produceFor(client, AbortSignal.any([storm, client.over]));
      else await sleep(100);
      // If its session cannot be opened during the storm, the next pass tries again.
      if (!storm.aborted) client = await this.#open(first.version).catch(() => undefined);
    }
  }

  async #open(version: Official): Promise<OfficialClient> {
    const { fleet, chance } = this.context;
    const client = await OfficialClient.open(version, { fleet, chance, liveness: this.liveness });
    this.members.push(client);
    return client;
  }
}

import type { Exchange } from '../../exchange/exchange.js';
import { callerOf } from '../../observe/caller-of.js';
import { sessionDigest } from '../../observe/session-digest.js';
import type { Subject } from '../../observe/subject.js';
import type { JsonObject } from '../../protocol/messages.js';
import type { InspectorSettings } from '../inspector-options.js';
import type { RunningCall } from '../wire/call.js';
import type { InstanceReport } from '../wire/instance.js';
import type { CallIds } from './call-ids.js';
import { callerOfEvent } from './caller-of-event.js';

const MAX_LISTED = 50;
/** It runs as long as its client listens, and is a figure of its own. */
const LISTEN = 'subscriptions/listen';

export interface RunningOptions {
  readonly inFlight: () => Iterable<Exchange>;
  readonly ids: CallIds;
  readonly instance: string;
  readonly settings: InspectorSettings;
  readonly subjectOf: (method: string, params: JsonObject) => Subject;
}

/** The calls that run here. How long is counted from the first look at each: a call costs nothing to be known. */
export class RunningCalls {
  readonly #since = new WeakMap<Exchange, number>();

  constructor(private readonly options: RunningOptions) {}

  take(): Pick<InstanceReport, 'running' | 'runningLeftOut'> {
    const now = Date.now();
    const running: RunningCall[] = [];
    let runningLeftOut = 0;
    // In the order of their arrival.
    for (const exchange of this.options.inFlight()) {
      if (exchange.request.method === LISTEN) continue;
      if (!this.#since.has(exchange)) this.#since.set(exchange, now);
      if (running.length < MAX_LISTED) running.push(this.#describe(exchange, now));
      else runningLeftOut++;
    }
    return { running, runningLeftOut };
  }

  #describe(exchange: Exchange, now: number): RunningCall {
    const { ids, instance, settings, subjectOf } = this.options;
    const { request, peer } = exchange;
    const { name } = subjectOf(request.method, request.params ?? {});
    const startedAt = this.#since.get(exchange)!;
    const who = callerOf(peer.principal, undefined);
    const session = peer.session && sessionDigest(peer.session.id);
    return {
      ...{ id: ids.of(exchange), instance, startedAt, runningMs: now - startedAt },
      ...{ method: request.method.slice(0, 128), era: peer.era, revision: peer.revision, via: peer.via },
      ...(name !== undefined && { name: name.slice(0, 128) }),
      caller: callerOfEvent({ who, ...(session !== undefined && { session }) }, exchange, settings),
    };
  }
}

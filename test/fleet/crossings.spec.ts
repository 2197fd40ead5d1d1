import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ForeignRequest,
  requestsInOwnSession,
  requestsInForeignSession,
  type Intruder,
  modernRequests,
} from '../fixtures/security/foreign-requests.js';
import { bearer } from '../fixtures/security/bearer-principals.js';
import { figure } from '../fixtures/measurements/figures.js';
import {
  bookingArguments,
  PrincipalResources,
  MODERN_CAPABILITIES,
  type ResourceIds,
  UNKNOWN_IDS,
} from '../fixtures/security/principal-resources.js';
import { modern } from '../fixtures/clients/mcp-requests.js';
import { ADAPTERS } from '../fixtures/applications/nest-app.js';
import { type PrincipalApp, principalApp } from '../fixtures/applications/principal-app.js';
import { sendUntil } from '../fixtures/clients/send-until.js';
import { type RawReply, send } from '../fixtures/clients/raw-http.js';
import { newNamespace } from '../fixtures/fleet/redis-fleet.js';
import { RedisServer } from '../fixtures/redis/redis-server.js';
import type { JsonRpc } from '../fixtures/clients/sse-client.js';

const PRINCIPALS = ['alice', 'bob'] as const;
const ACCEPT_REGION = { action: 'accept', content: { region: 'north' } };
const ACCEPT_PARTY = { action: 'accept', content: { travellers: 2 } };

/** The visible content of a response without the ids that the request itself contained. */
function seen(
  { status, headers: { date: _, 'mcp-session-id': session, ...headers }, body }: RawReply,
  names: ResourceIds,
) {
  const text = JSON.stringify({ status, headers, session: session === names.session, body });
  return Object.values(names).reduce((shown, name) => shown.replaceAll(name, '<name>'), text);
}

/** Reads a stream only up to its first frame. */
const responseTo = (port: number, { request }: ForeignRequest): Promise<RawReply> => sendUntil(port, request, /\n\n/);

let redis: RedisServer;
beforeAll(async () => void (redis = await RedisServer.start()));
afterAll(() => redis.dispose());

describe.each(ADAPTERS)('requests across principals on two instances of %s', (adapter) => {
  let apps: Record<'A' | 'B', PrincipalApp>;
  let owners: Record<(typeof PRINCIPALS)[number], PrincipalResources>;
  beforeAll(async () => {
    const options = { redis: redis.url, redisPrefix: newNamespace() };
    const [A, B] = await Promise.all([principalApp(options, { adapter }), principalApp(options, { adapter })]);
    apps = { A, B };
    const [alice, bob] = await Promise.all([
      PrincipalResources.open(A.port, 'alice'),
      PrincipalResources.open(B.port, 'bob'),
    ]);
    owners = { alice, bob };
  });
  afterAll(async () => {
    await Promise.all(Object.values(owners).map((owner) => owner.close()));
    await Promise.all(Object.values(apps).map(({ close }) => close()));
  });

  const homeOf = (who: 'alice' | 'bob') => (who === 'alice' ? apps.A : apps.B);

  const tables: readonly (readonly [
    string,
    (names: ResourceIds, as: Intruder, owner: PrincipalResources) => ForeignRequest[],
  ])[] = [
    ['SEC3, SEC13 in a session of another principal', (names, as) => requestsInForeignSession(names, as)],
    [
      'SEC4, SEC5 in the own session with the ids of another principal',
      (names, as) => (as.session === undefined ? [] : requestsInOwnSession(names, as)),
    ],
    ['SEC5, P14 in the modern era', (names, as, owner) => modernRequests(names, as, bookingArguments(owner.who))],
  ];

  it.each(tables)(
    '%s, a request for a foreign resource is answered like one for an unknown resource on both instances',
    async (title, of) => {
      const crossings: string[] = [];
      let attempts = 0;
      for (const [owner, other] of [
        [owners.alice, owners.bob],
        [owners.bob, owners.alice],
      ] as const) {
        const intruders: Intruder[] = [{ who: other.who, session: other.session.id }, {}];
        for (const as of intruders) {
          const unknown = of(UNKNOWN_IDS, as, owner);
          for (const [i, attempt] of of(owner.names, as, owner).entries()) {
            for (const [instance, { port }] of Object.entries(apps)) {
              const [foreign, unknownReply] = [await responseTo(port, attempt), await responseTo(port, unknown[i]!)];
              const same = seen(foreign, owner.names) === seen(unknownReply, UNKNOWN_IDS);
              const isLeaked = foreign.body.includes(`-of-${owner.who}`);
              attempts++;
              if (!same || isLeaked) crossings.push(`${as.who} at ${instance}: ${attempt.title}: ${foreign.body}`);
            }
          }
        }
      }
      const [id] = title.split(/[, ]/, 1);
      figure(id!, `attempts on ${adapter}`, attempts);
      figure(id!, `crossings on ${adapter}`, crossings.length);
      expect(crossings).toEqual([]);
      expect(attempts).toBeGreaterThan(20);
    },
  );

  it("SEC3, SEC5 each stream carried only notifications of its owner's task", () => {
    for (const { names, standalone } of Object.values(owners)) {
      const own = { method: 'notifications/tasks/status', params: { taskId: names.legacyTask, status: 'working' } };
      for (const message of standalone.messages) expect(message).toMatchObject(own);
    }
  });

  it.each(PRINCIPALS)('SEC3, SEC4, SEC5 the resources of %s are unchanged after all foreign requests', async (who) => {
    const { session, names, standalone, held, asked } = owners[who];
    const there = session.at((who === 'alice' ? apps.B : apps.A).port);
    const home = homeOf(who);

    expect(home.gate.has(`cancelled held ${who}`)).toBe(false);
    expect(await apps.B.mcp.sendToSession(session.id, { level: 'info', data: 'yours' })).toBe('delivered');
    await standalone.message(({ params }) => params?.data === 'yours');
    await apps.B.mcp.resourceUpdated('wire://fixed');
    await standalone.message(({ method }) => method === 'notifications/resources/updated');

    home.gate.release(`held ${who}`);
    const answer = await held.message(({ id }) => id === names.requestId);
    expect(answer.result).toMatchObject({ content: [{ text: `held ${who}` }] });

    await there.post({ jsonrpc: '2.0', id: names.questionId, result: ACCEPT_REGION });
    const isNext = ({ id, method }: JsonRpc) => method === 'elicitation/create' && String(id) !== names.questionId;
    await there.post({ jsonrpc: '2.0', id: (await asked.message(isNext)).id, result: ACCEPT_PARTY });
    const booked = await asked.message(({ id }) => id === `book-${who}`);
    expect(booked.result).toMatchObject({ content: [{ text: `city-of-${who} north 2` }] });

    const details = { headers: bearer(who), meta: MODERN_CAPABILITIES };
    const ask = async (method: string, params: Record<string, unknown>): Promise<JsonRpc> =>
      JSON.parse((await send(there.port, modern(method, params, details))).body) as JsonRpc;
    const task = (await ask('tasks/get', { taskId: names.modernTask })).result!;
    expect([task.status, Object.keys(task.inputRequests as object)]).toEqual([
      'input_required',
      ['first-1.1', 'second-1.2'],
    ]);
    expect((await there.request('tasks/get', { taskId: names.legacyTask })).result).toMatchObject({
      status: 'working',
    });
    const inputResponses = { '#1': ACCEPT_REGION };
    const next = await ask('tools/call', {
      ...bookingArguments(who),
      requestState: names.requestState,
      inputResponses,
    });
    expect(next.result).toMatchObject({ resultType: 'input_required' });
    home.gate.release(`secret-of-${who}`);
    await asked.end();
  });

  it('control: the owner can use each of its sessions, events and tasks', async () => {
    const carol = await PrincipalResources.open(apps.A.port, 'carol');
    const as: Intruder = { who: 'carol', session: carol.session.id };
    const of = (names: ResourceIds) => [
      ...modernRequests(names, as, bookingArguments('carol')),
      ...requestsInOwnSession(names, as),
      ...requestsInForeignSession(names, as),
    ];
    const unknown = of(UNKNOWN_IDS);
    const found: string[] = [];
    for (const [i, attempt] of of(carol.names).entries()) {
      const [mine, unknownReply] = [await responseTo(apps.B.port, attempt), await responseTo(apps.B.port, unknown[i]!)];
      if (seen(mine, carol.names) !== seen(unknownReply, UNKNOWN_IDS)) found.push(attempt.title);
    }
    // The others have the same response for every client: 202 for late messages, and requests without a session.
    const tasks = (where: string, kind: string, methods: readonly string[]) =>
      methods.map((method) => `${where}: tasks/${method} of its ${kind} task`);
    expect(found).toEqual([
      'modern: their request state',
      ...tasks('modern', 'modern', ['get', 'update', 'cancel']),
      'modern: listen to their tasks',
      'in the own session: tasks/list',
      ...tasks('in the own session', 'legacy', ['get', 'result', 'cancel']),
      'in the own session: GET from their event',
      ...requestsInForeignSession(carol.names, as).map(({ title }) => title),
    ]);
    await carol.close();
  });
});

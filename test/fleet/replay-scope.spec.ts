import fc from 'fast-check';
import { Agent } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearer } from '../fixtures/security/bearer-principals.js';
import { collecting, figure, percentile, times } from '../fixtures/measurements/figures.js';
import { malformedText, mutation } from '../fixtures/security/malformed-input.js';
import { LegacySession } from '../fixtures/clients/legacy-session.js';
import { type PrincipalApp, principalApp } from '../fixtures/applications/principal-app.js';
import { sendUntil } from '../fixtures/clients/send-until.js';
import type { RawReply } from '../fixtures/clients/raw-http.js';
import { newNamespace } from '../fixtures/fleet/redis-fleet.js';
import { RedisServer } from '../fixtures/redis/redis-server.js';

const AT_ONCE = 20;
/** Written by hand instead of imported, because the ids that the server accepts are under test. */
const ENTRY = String.raw`(?:0|[1-9][0-9]{0,15})-(?:0|[1-9][0-9]{0,9})`;
/** Only positions in the standalone stream have two parts. */
const SHAPE = new RegExp(`^(?:([a-z][a-z0-9]{0,15})_${ENTRY}|(g)_${ENTRY}_${ENTRY})$`);
const LETTERS = 'abcdefghijklmnopqrstuvwxyz012345';
/** The characters that an HTTP header can carry. */
const CARRIED = /^[\t\u0020-\u007e\u0080-\u00ff]*$/;

describe('P4, SEC4 replay is limited to the own streams', () => {
  let redis: RedisServer;
  let apps: readonly PrincipalApp[];
  let alice: LegacySession;
  let bob: LegacySession;
  let foreignIds: readonly string[];
  let ownIds: readonly string[];
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });

  /** Event ids of three finished request streams and of the standalone stream, all of which contain a secret. */
  async function createStreams(session: LegacySession, secret: string): Promise<string[]> {
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) {
      const body = session.message('tools/call', {
        name: 'secret',
        arguments: { text: secret },
        _meta: { progressToken: i },
      });
      const { body: stream } = await session.post(body);
      ids.push(...[...stream.matchAll(/^id: (.+)$/gm)].map(([, id]) => id!));
    }
    const standalone = await session.get();
    await standalone.frame(({ id }) => id !== undefined);
    for (let i = 0; i < 3; i++) await apps[0]!.mcp.sendToSession(session.id, { level: 'error', data: secret });
    await standalone.frame(() => standalone.messages.length === 3);
    await standalone.close();
    return [...new Set([...ids, ...standalone.frames.flatMap(({ id }) => (id === undefined ? [] : [id]))])];
  }

  beforeAll(async () => {
    redis = await RedisServer.start();
    const options = { redis: redis.url, redisPrefix: newNamespace() };
    apps = await Promise.all([principalApp(options), principalApp(options, { adapter: 'express' })]);
    [alice, bob] = await Promise.all([
      LegacySession.open(apps[0]!.port, { headers: bearer('alice') }),
      LegacySession.open(apps[1]!.port, { headers: bearer('bob') }),
    ]);
    [foreignIds, ownIds] = [await createStreams(alice, 'alice-secret'), await createStreams(bob, 'bob-secret')];
  });
  afterAll(async () => {
    agent.destroy();
    await Promise.all(apps.map(({ close }) => close()));
    await redis.dispose();
  });

  /** Bob resumes with this id at either instance. */
  const resume = (id: string, instance: number): Promise<RawReply> =>
    sendUntil(apps[instance]!.port, { ...bob.getRequest(id), agent }, /: gap\n\n|bob-secret|alice-secret/);
  const seen = ({ status, headers: { date: _, ...headers }, body }: RawReply) => ({ status, headers, body });

  const streamOf = (id: string): string | undefined => {
    const [, stream, standalone] = SHAPE.exec(id.replace(/^[ \t]+|[ \t]+$/g, '')) ?? [];
    return stream ?? standalone;
  };
  const isBobs = (id: string): boolean => {
    const stream = streamOf(id);
    return stream === 'g' || ownIds.some((own) => streamOf(own) === stream);
  };
  /** The newest entry: a stream that resumes there has nothing to deliver. */
  const isNewest = (id: string): boolean => {
    const [stream, entry] = ownIds.at(-1)!.split('_');
    const [otherStream, otherEntry] = id.trim().split('_');
    return stream === otherStream && entry === otherEntry;
  };
  const UNKNOWN = 'rabcdefghijklmno_1763800000000-0';

  const entry = fc.tuple(fc.nat(2 ** 41), fc.nat(9)).map(([ms, n]) => `${ms}-${n}`);
  const stream = fc
    .string({ unit: fc.constantFrom(...LETTERS), minLength: 15, maxLength: 15 })
    .map((name) => `r${name}`);
  const foreign = fc
    .constantFrom(...Array.from({ length: 64 }, (_, i) => i))
    .map((i) => foreignIds[i % foreignIds.length]!);
  const own = fc.nat(63).map((i) => ownIds[i % ownIds.length]!);
  const id = fc.oneof(
    { weight: 4, arbitrary: foreign },
    { weight: 4, arbitrary: fc.tuple(fc.oneof(foreign, own), mutation).map(([text, damage]) => damage(text)) },
    { weight: 3, arbitrary: fc.tuple(stream, entry).map(([name, at]) => `${name}_${at}`) },
    // The stream of one id with the position of another.
    { weight: 2, arbitrary: fc.tuple(foreign, own).map(([a, b]) => `${a.split('_')[0]}_${b.split('_')[1]}`) },
    { weight: 2, arbitrary: fc.tuple(foreign, entry).map(([a, at]) => `${a.split('_')[0]}_${at}`) },
    { weight: 2, arbitrary: malformedText },
  );
  const carried = id.filter((text) => CARRIED.test(text) && text.length < 9000 && !isNewest(text));

  it('P4 random, damaged and foreign event ids get the same 400 and no foreign byte', async () => {
    const unknown = await Promise.all(apps.map((_, instance) => resume(UNKNOWN, instance)));
    expect(unknown.map(({ status }) => status)).toEqual([400, 400]);
    let [tried, refused, foreignBytes] = [0, 0, 0];
    const attempt = async (text: string, instance: number): Promise<void> => {
      const reply = await resume(text, instance);
      tried++;
      if (reply.body.includes('alice')) foreignBytes += reply.body.length;
      if (reply.status === 400) refused++;
      if (!isBobs(text)) expect(seen(reply)).toEqual(seen(unknown[instance]!));
      else expect([200, 400]).toContain(reply.status);
    };
    const batch = fc.array(fc.tuple(carried, fc.nat(1)), { minLength: AT_ONCE, maxLength: AT_ONCE });
    await fc.assert(
      fc.asyncProperty(batch, (ids) =>
        Promise.all(ids.map(([text, instance]) => attempt(text, instance))).then(() => {}),
      ),
      { numRuns: times(2000, 100_000) / AT_ONCE, endOnFailure: !collecting },
    );
    figure('P4', 'ids tried', tried);
    figure('P4', 'foreign bytes', foreignBytes);
    figure('P4', 'refused with 400', (100 * refused) / tried, '%');
    expect(foreignBytes).toBe(0);
    expect(refused).toBeGreaterThan(tried / 2);
  }, 600_000);

  it('P4 an event id of another standalone stream is treated as an unknown position, which signals a gap and nothing else', async () => {
    const standalone = foreignIds.filter((text) => text.startsWith('g_') && !text.startsWith('g_0-0'));
    expect(standalone.length).toBeGreaterThan(2);
    const latest = Number(/_(\d+)-/.exec(ownIds.at(-1)!)![1]);
    for (const [instance] of apps.entries()) {
      const replies = [];
      // Unknown positions between known ids would otherwise reveal which ids exist.
      for (const text of [...standalone, `g_${latest + 1_000_000}-0`]) replies.push(await resume(text, instance));
      for (const { status, body } of replies) {
        expect(status).toBe(200);
        expect(body).toContain(': gap');
        expect(body).not.toContain('alice');
      }
    }
  });

  it('P4 foreign and unknown event ids take the same time', async () => {
    const spent: Record<'foreign' | 'unknown', number[]> = { foreign: [], unknown: [] };
    const known = foreignIds.find((text) => !text.startsWith('g_'))!;
    for (let i = 0; i < times(100, 2000); i++) {
      for (const [kind, text] of [
        ['foreign', known],
        ['unknown', UNKNOWN],
      ] as const) {
        const since = performance.now();
        expect((await resume(text, 0)).status).toBe(400);
        spent[kind].push(performance.now() - since);
      }
    }
    for (const [kind, values] of Object.entries(spent))
      figure('P4', `p50 of a refusal, ${kind}`, percentile(values, 0.5), 'ms');
    const [a, b] = [percentile(spent.foreign, 0.5), percentile(spent.unknown, 0.5)];
    expect(Math.max(a, b) / Math.min(a, b)).toBeLessThan(5);
  }, 60_000);

  it.each(['alice', 'bob'] as const)('control: %s resumes the own stream with the same event ids', async (who) => {
    const [session, ids] = who === 'alice' ? [alice, foreignIds] : [bob, ownIds];
    for (const [instance, { port }] of apps.entries()) {
      const reply = await sendUntil(port, session.getRequest(ids[instance]!), new RegExp(`${who}-secret`));
      expect([reply.status, reply.body.includes(`${who}-secret`)]).toEqual([200, true]);
    }
  });
});

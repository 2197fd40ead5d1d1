import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { resumePoint } from '../../../lib/stream/resume.js';
import { ALICE, rig, type Rig } from './rig.js';

let r: Rig;

beforeEach(async () => {
  vi.useFakeTimers();
  r = rig({ historyTtlMs: 10_000, resultTtlMs: 60_000 });
  await r.begin();
});

afterEach(() => {
  r.close();
});

describe('Last-Event-ID', () => {
  it('Last-Event-ID names a position in a stream of the session', async () => {
    const [id] = await r.append(1, { stream: 'r1' });
    expect(await resumePoint(r.log, ALICE, `r1_${id}`)).toEqual({ stream: 'r1', cursor: id });
    expect(await resumePoint(r.log, ALICE, 'r1_0-0')).toEqual({ stream: 'r1', cursor: '0-0' });
  });

  it('Last-Event-ID of a silent request is valid once its stream was claimed', async () => {
    expect(await resumePoint(r.log, ALICE, 'r1_0-0')).toBeUndefined();
    await r.log.claim(ALICE, 'r1');
    expect(await resumePoint(r.log, ALICE, 'r1_0-0')).toEqual({ stream: 'r1', cursor: '0-0' });
  });

  it('Last-Event-ID of the standalone stream is always valid', async () => {
    expect(await resumePoint(r.log, ALICE, 'g_5-0')).toEqual({ stream: 'g', cursor: '5-0' });
  });

  it('Last-Event-ID of a request is valid until its result expires', async () => {
    const [id] = await r.append(1, { stream: 'r1', final: true });
    r.advanceClock(30_000);
    expect(await resumePoint(r.log, ALICE, `r1_${id}`)).toBeDefined();
    r.advanceClock(30_000);
    expect(await resumePoint(r.log, ALICE, `r1_${id}`)).toBeUndefined();
  });

  it.each(['', 'x', 'r1_0-0', 'r1', 'r1_0-0\r\n', '../r1_0-0'])('Last-Event-ID %j is invalid', async (header) => {
    expect(await resumePoint(r.log, ALICE, header)).toBeUndefined();
  });

  it('Last-Event-ID never finds the stream of another session or another principal (P4)', async () => {
    const [id] = await r.append(1, { stream: 'r1' });
    const bob = { principal: 'bob', id: 'session-2' };
    await r.begin(bob);
    expect(await resumePoint(r.log, bob, `r1_${id}`)).toBeUndefined();
    expect(await resumePoint(r.log, { ...ALICE, principal: 'bob' }, `r1_${id}`)).toBeUndefined();
  });
});

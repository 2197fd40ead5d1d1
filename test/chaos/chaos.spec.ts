import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { WHOLE } from './ledger.js';
import { describeSchedule, plan, type Scenario, SCENARIOS } from './nemesis.js';
import { type Figures, run } from './run.js';

// `npm run chaos` sets these; without them this is the smoke of every test run.
const seed = Number(process.env.CHAOS_SEED ?? 20_261_122);
const seconds = Number(process.env.CHAOS_SECONDS ?? 10);
const out = process.env.CHAOS_OUT;
/** The smoke leaves the machine to others; a long run takes what it can get. */
const load =
  process.env.CHAOS_SECONDS === undefined
    ? { sessions: 10, paceMs: 40 }
    : { sessions: 20, paceMs: Number(process.env.CHAOS_PACE_MS ?? 10) };
const only = process.env.CHAOS_SCENARIO?.split(',');

/** A stretch in which offers are taken and nothing arrives ends a run (§4). */
const LONGEST_SILENCE_MS = 5000;

/** What happened too seldom in a run proves nothing. */
const FAULTS: Record<Scenario, (figures: Figures) => number> = {
  'kill-instance': ({ kills }) => kills * 4,
  'cut-redis': ({ cuts }) => cuts,
};

/** Throws at everything that must not be. */
function judge(figures: Figures): void {
  const { scenario, guarded, control, crashes, fsck, settledMs } = figures;
  expect(guarded).toMatchObject(WHOLE);
  expect(guarded.examples).toEqual([]);
  // 503 may be answered while an instance has no Redis; nothing else may.
  expect(Object.keys(guarded.refusals).filter((status) => status !== '503')).toEqual([]);
  expect(guarded.silenceMs).toBeLessThan(LONGEST_SILENCE_MS);
  expect(settledMs).toBeGreaterThanOrEqual(0);
  expect(crashes).toEqual([]);
  expect(fsck).toEqual([]);
  expect(guarded.acked).toBeGreaterThan(seconds * 10);
  expect(FAULTS[scenario](figures)).toBeGreaterThan(seconds);
  expect(control.lost).toBeGreaterThan(0);
}

const STORIES: Record<Scenario, string> = {
  'kill-instance': 'P1 kill -9 of any instance, and clients that come back to any other',
  'cut-redis': 'P2 connections to Redis that are reset, frozen and made deaf',
};

const tell = (line: string): void => void process.stdout.write(`${line}\n`);

/** Figures are only worth something with what they were measured on. */
function versions(): Record<string, string> {
  const of = (file: string) => (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
  const peers = ['ioredis', '@nestjs/core', '@nestjs/microservices', '@nestjs/platform-fastify'];
  return {
    'nestjs-mcp-fleet': of('package.json'),
    node: process.version,
    redis: execFileSync('redis-server', ['--version'], { encoding: 'utf8' }).split(' ')[2]!,
    ...Object.fromEntries(peers.map((name) => [name, of(`node_modules/${name}/package.json`)])),
  };
}

describe.each(SCENARIOS.filter((scenario) => only?.includes(scenario) ?? true))('chaos: %s', (scenario) => {
  const patience = seconds * 1000 + 90_000;
  it(`${STORIES[scenario]}: nothing is lost, but without the protection it is`, { timeout: patience }, async () => {
    tell(`CHAOS_SEED=${seed} ${scenario}: ${describeSchedule(plan(scenario, seed, seconds * 1000)).slice(0, 2000)}`);
    const figures = await run({ scenario, seed, seconds, ...load });
    const report = JSON.stringify({ date: new Date().toISOString(), versions: versions(), ...figures }, undefined, 2);
    tell(process.env.CHAOS_SECONDS === undefined ? JSON.stringify(figures) : report);
    if (out) writeFileSync(`${out}/chaos-${scenario}.json`, `${report}\n`);
    judge(figures);
  });
});

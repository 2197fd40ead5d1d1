import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { LossFigures } from './loss.js';
import type { Figures } from './run.js';

export interface Sum {
  readonly runs: number;
  readonly acked: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
  readonly falseGaps: number;
  /** With 95 % confidence fewer than this part of the messages is lost, given that none was lost: 3/N. */
  readonly bound95: number;
  readonly kills: number;
  readonly cuts: number;
  readonly reconnects: number;
  readonly longestSilenceMs: number;
  readonly giveUps: number;
  readonly abandoned: number;
  /** Deliveries of what was announced to all sessions. */
  readonly announcementsDelivered: number;
  readonly announcementsLost: number;
  readonly announcementsDuplicated: number;
  readonly announcementsReordered: number;
  readonly controlAcked: number;
  readonly controlLost: number;
  readonly controlAnnouncementsLost: number;
}

/** Sums the figures of protected clients, our own and official ones, and separately those of the control. */
export function sum(runs: readonly Figures[]): Sum {
  const crowds = runs.flatMap(({ guarded, official }) => [guarded, official]);
  const total = <T>(list: readonly T[], of: (one: T) => number) => list.reduce((all, one) => all + of(one), 0);
  const acked = total(crowds, (crowd) => crowd.acked);
  return {
    runs: runs.length,
    acked,
    lost: total(crowds, ({ lost }) => lost),
    duplicated: total(crowds, ({ duplicated }) => duplicated),
    reordered: total(crowds, ({ reordered }) => reordered),
    falseGaps: total(crowds, ({ gaps }) => gaps.length),
    bound95: Number((3 / acked).toPrecision(2)),
    kills: total(runs, ({ kills }) => kills),
    cuts: total(runs, ({ cuts }) => cuts),
    reconnects: total(crowds, ({ connections, sessions }) => connections - sessions),
    longestSilenceMs: Math.max(...runs.map(({ guarded }) => guarded.silenceMs)),
    giveUps: total(runs, ({ official }) => total(Object.values(official.giveUps), (count) => count)),
    abandoned: total(runs, ({ official }) => official.abandoned),
    announcementsDelivered: total(runs, ({ announcements }) => announcements.delivered),
    announcementsLost: total(runs, ({ announcements }) => announcements.lost + announcements.withheld),
    announcementsDuplicated: total(runs, ({ announcements }) => announcements.duplicated),
    announcementsReordered: total(runs, ({ announcements }) => announcements.reordered),
    controlAcked: total(runs, ({ control }) => control.acked),
    controlLost: total(runs, ({ control }) => control.lost),
    controlAnnouncementsLost: total(runs, ({ controlAnnouncements }) => controlAnnouncements.lost),
  };
}

/** The versions that the figures were measured with. */
export function versions(): Record<string, string> {
  const of = (file: string) => (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
  const peers = ['ioredis', '@nestjs/core', '@nestjs/microservices', '@nestjs/platform-fastify'];
  const clients = ['@modelcontextprotocol/client', '@modelcontextprotocol/sdk'];
  return {
    'nestjs-mcp-fleet': of('package.json'),
    node: process.version,
    redis: execFileSync('redis-server', ['--version'], { encoding: 'utf8' }).split(' ')[2]!,
    ...Object.fromEntries([...peers, ...clients].map((name) => [name, of(`node_modules/${name}/package.json`)])),
  };
}

/** The content of the results file of one command. */
export function report(storms: readonly Figures[], losses: readonly LossFigures[]): string {
  const scenarios = [...new Set(storms.map(({ scenario }) => scenario))];
  const sums = scenarios.map((name) => [name, sum(storms.filter(({ scenario }) => scenario === name))]);
  const all = {
    ...{ date: new Date().toISOString(), versions: versions() },
    ...(storms.length > 0 && { sum: sum(storms), sums: Object.fromEntries(sums) }),
    runs: [...storms, ...losses],
  };
  return `${JSON.stringify(all, undefined, 2)}\n`;
}

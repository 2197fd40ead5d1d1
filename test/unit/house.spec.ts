import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const LIB = fileURLToPath(new URL('../../lib', import.meta.url));
const MAX_LINES = 300;

/**
 * Which folder may import which, from the ground up: a room may only know those before it. `options` are those of the
 * module, `backends` the two files that choose a server's parts: they see options and server, so that the parts need
 * not. `root` is the rest of `lib/mcp.*.ts`, the module itself; only `index.ts` may import everything. A new arrow needs
 * a reason: say it in the change that adds it.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  limits: [],
  schema: [],
  session: ['protocol'],
  broker: ['session'],
  stream: ['protocol', 'session', 'broker'],
  exchange: ['protocol', 'schema', 'session'],
  interaction: ['protocol', 'schema', 'session', 'exchange'],
  context: ['protocol', 'schema', 'session', 'interaction', 'exchange'],
  decorators: ['protocol', 'schema', 'context'],
  task: ['protocol', 'session', 'broker', 'stream', 'interaction', 'exchange'],
  report: ['session'],
  memory: ['protocol', 'session', 'broker', 'stream', 'interaction', 'task'],
  redis: ['protocol', 'session', 'broker', 'stream', 'interaction', 'task', 'report'],
  pipeline: ['schema', 'exchange', 'interaction', 'context', 'decorators'],
  catalog: ['protocol', 'schema', 'pipeline', 'task'],
  engine: [
    'limits',
    ...['protocol', 'schema', 'session', 'broker', 'exchange', 'interaction', 'context', 'catalog', 'pipeline'],
    ...['task'],
  ],
  discovery: ['protocol', 'schema', 'interaction', 'decorators', 'catalog', 'pipeline', 'task'],
  transport: ['limits', 'protocol', 'session', 'broker', 'stream', 'exchange', 'interaction', 'engine'],
  options: ['protocol', 'redis', 'interaction', 'engine'],
  backends: [...['session', 'broker', 'stream', 'interaction', 'task', 'memory', 'redis', 'report', 'options']],
  server: [
    'limits',
    ...['protocol', 'session', 'broker', 'stream', 'exchange', 'interaction', 'context', 'decorators', 'catalog'],
    ...['engine', 'pipeline', 'discovery', 'transport', 'options', 'task', 'backends', 'report'],
  ],
  root: [
    ...['protocol', 'session', 'broker', 'stream', 'backends', 'interaction', 'exchange', 'pipeline'],
    ...['discovery', 'transport', 'server', 'options', 'task', 'report'],
  ],
  testing: ['session', 'broker', 'stream', 'interaction', 'task'],
};

/** Packages by folder; Node's own modules are looked at apart. Optional peers are where they are loaded. */
const MAY_USE: Readonly<Record<string, readonly RegExp[]>> = {
  protocol: [],
  limits: [],
  session: [],
  broker: [/^rxjs$/],
  stream: [/^rxjs$/],
  memory: [],
  redis: [/^ioredis$/, /^@nestjs\/microservices$/],
  report: [],
  backends: [/^@nestjs\/(common|core)/],
  schema: [/^ajv\//, /^class-validator$/, /^class-transformer$/, /^reflect-metadata$/],
  decorators: [/^@nestjs\/common/, /^reflect-metadata$/],
  catalog: [/^rxjs$/],
  exchange: [/^@nestjs\/common$/],
  interaction: [],
  context: [],
  task: [/^@nestjs\/common$/],
  engine: [/^@nestjs\/common$/],
  pipeline: [/^@nestjs\/(common|core)/, /^rxjs$/],
  discovery: [/^@nestjs\/(common|core)/],
  transport: [/^@nestjs\/(common|core)$/, /^rxjs$/],
  options: [/^@nestjs\/common$/],
  server: [/^@nestjs\/(common|core)/, /^rxjs$/],
  root: [/^@nestjs\/(common|core)/],
  testing: [],
};

/** Rooms without I/O: what a message means must not depend on how it came. */
const WITHOUT_NETWORK = [
  'protocol',
  'session',
  'broker',
  'stream',
  'exchange',
  'interaction',
  'context',
  'task',
  'engine',
  'catalog',
  'schema',
  'memory',
];
const NETWORK = /^node:(http|https|http2|net|tls|dgram|fs|child_process|worker_threads|cluster)\b/;

interface Import {
  readonly from: string;
  readonly to: string;
}

const files = readdirSync(LIB, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file, text: readFileSync(join(LIB, file), 'utf8') }));

function roomOf(file: string): string {
  return file.includes('/') ? file.split('/')[0]! : 'root';
}

const imports = files.flatMap(({ file, text }): Import[] =>
  [...text.matchAll(/(?:^|[\s;}(])(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => ({ from: file, to: match[1]! })),
);
const inside = imports
  .filter(({ to }) => to.startsWith('.'))
  .map(({ from, to }) => ({ from, to: relative(LIB, join(LIB, dirname(from), to)).replace(/\.js$/, '.ts') }));
const packages = imports.filter(({ to }) => !to.startsWith('.') && !to.startsWith('node:'));

const arrow = ({ from, to }: Import): string => `${from} → ${to}`;

describe('the house', () => {
  it('has only rooms that the table knows', () => {
    const rooms = [...new Set(files.map(({ file }) => roomOf(file)))];
    expect(rooms.filter((room) => !(room in MAY_IMPORT))).toEqual([]);
  });

  it('is built from the ground up', () => {
    const order = Object.keys(MAY_IMPORT);
    const upwards = Object.entries(MAY_IMPORT).flatMap(([room, allowed]) =>
      allowed.filter((to) => order.indexOf(to) >= order.indexOf(room)).map((to) => `${room} → ${to}`),
    );
    expect(upwards).toEqual([]);
  });

  it.each(Object.entries(MAY_IMPORT))('%s imports only what it may', (room, allowed) => {
    const wrong = inside.filter(
      ({ from, to }) =>
        from !== 'index.ts' && roomOf(from) === room && roomOf(to) !== room && !allowed.includes(roomOf(to)),
    );
    expect(wrong.map(arrow)).toEqual([]);
  });

  it('has no arrow in the table that nobody needs', () => {
    const needed = new Set(inside.map(({ from, to }) => `${roomOf(from)} → ${roomOf(to)}`));
    const given = Object.entries(MAY_IMPORT).flatMap(([room, allowed]) => allowed.map((to) => `${room} → ${to}`));
    expect(given.filter((one) => !needed.has(one))).toEqual([]);
  });

  it('imports nothing from outside of lib, and index.ts from nowhere', () => {
    expect(inside.filter(({ to }) => to.startsWith('..') || to === 'index.ts').map(arrow)).toEqual([]);
  });

  it.each(Object.entries(MAY_USE))('%s uses only packages that it may', (room, allowed) => {
    const wrong = packages.filter(({ from, to }) => roomOf(from) === room && !allowed.some((one) => one.test(to)));
    // The one thing that protocol knows of Nest: an exception that Nest does not log.
    expect(wrong.filter((one) => arrow(one) !== 'protocol/errors.ts → @nestjs/common').map(arrow)).toEqual([]);
  });

  it('takes nothing of Nest into protocol but IntrinsicException', () => {
    const { text } = files.find(({ file }) => file === 'protocol/errors.ts')!;
    expect(text.match(/^import .*@nestjs.*$/gm)).toEqual(["import { IntrinsicException } from '@nestjs/common';"]);
  });

  it('keeps the network out of the rooms that think', () => {
    const wrong = imports.filter(({ from, to }) => WITHOUT_NETWORK.includes(roomOf(from)) && NETWORK.test(to));
    expect(wrong.map(arrow)).toEqual([]);
  });

  it('keeps HTTP frameworks out of everything, and Redis out of everything but redis', () => {
    const wrong = packages.filter(
      ({ from, to }) =>
        /^(fastify|express|@nestjs\/platform-)/.test(to) ||
        (/^(ioredis|@nestjs\/microservices)/.test(to) && roomOf(from) !== 'redis'),
    );
    expect(wrong.map(arrow)).toEqual([]);
  });

  it('lets only the options and the choice of backends know that there is Redis', () => {
    const known = inside.filter(({ from, to }) => to.startsWith('redis/') && !/^(redis\/|index\.ts$)/.test(from));
    expect([...new Set(known.map(({ from }) => roomOf(from)))].sort()).toEqual(['backends', 'options']);
  });

  it('loads optional packages of Redis when they are needed, and not before', () => {
    const atOnce = files.flatMap(({ file, text }) =>
      [
        ...text.matchAll(/^import (?!type\b)[^;]*?from '(ioredis|@nestjs\/microservices|[^']*redis-transport\.js)'/gm),
      ].map(([, to]) => `${file} → ${to}`),
    );
    // And the transport itself is only ever loaded by `import()`.
    expect(atOnce).toEqual(['redis/pubsub/redis-transport.ts → @nestjs/microservices']);
  });

  it(`has no file of more than ${MAX_LINES} lines`, () => {
    const long = files.map(({ file, text }) => ({ file, lines: text.split('\n').length - 1 }));
    expect(long.filter(({ lines }) => lines > MAX_LINES)).toEqual([]);
  });

  it('has no file whose name says nothing', () => {
    expect(files.map(({ file }) => file).filter((file) => /utils?|manager|helpers?|common|misc/i.test(file))).toEqual(
      [],
    );
  });

  it('has nothing left to do', () => {
    expect(files.filter(({ text }) => /\b(TODO|FIXME|XXX)\b/.test(text)).map(({ file }) => file)).toEqual([]);
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const LIB = fileURLToPath(new URL('../../lib', import.meta.url));
const MAX_LINES = 300;

/**
 * Which folders each folder may import, in layers: a folder may only import folders that stand before it. `options` are
 * the options of the module, and `backends` chooses the backends of a server from them, so that the backends need not
 * know the options. `root` is the rest of `lib/mcp.*.ts`, the module itself. Only `index.ts` may import everything. A
 * new arrow needs a reason: give it in the change that adds it.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  packages: [],
  protocol: ['packages'],
  limits: [],
  nest: [],
  schema: ['packages'],
  session: ['packages', 'protocol'],
  broker: ['packages', 'session'],
  stream: ['packages', 'protocol', 'session', 'broker'],
  broadcast: ['limits', 'protocol', 'session', 'broker', 'stream'],
  exchange: ['packages', 'nest', 'protocol', 'schema', 'session'],
  access: ['packages', 'nest', 'protocol', 'session', 'exchange'],
  interaction: ['packages', 'protocol', 'schema', 'session', 'exchange'],
  auth: ['packages', 'protocol', 'session', 'access', 'interaction'],
  // A method may require scopes of its caller.
  context: ['packages', 'protocol', 'schema', 'session', 'access', 'interaction', 'exchange'],
  decorators: ['limits', 'packages', 'protocol', 'nest', 'schema', 'access', 'context'],
  task: ['packages', 'limits', 'protocol', 'session', 'broker', 'stream', 'interaction', 'exchange'],
  observe: ['protocol', 'schema', 'session', 'stream', 'exchange', 'interaction', 'task'],
  audit: ['packages', 'observe'],
  telemetry: ['packages', 'protocol', 'session', 'exchange', 'interaction', 'task', 'observe'],
  report: ['session'],
  memory: ['limits', 'protocol', 'session', 'broker', 'stream', 'interaction', 'task'],
  redis: ['limits', 'protocol', 'packages', 'session', 'broker', 'stream', 'interaction', 'task', 'report'],
  pipeline: ['nest', 'schema', 'access', 'exchange', 'interaction', 'context', 'decorators'],
  // It makes the host of a route's call, which the pipeline only knows by its interface.
  routes: ['protocol', 'nest', 'schema', 'exchange', 'decorators', 'pipeline'],
  catalog: ['limits', 'packages', 'protocol', 'schema', 'access', 'pipeline', 'task'],
  engine: [
    'limits',
    'observe',
    ...['protocol', 'schema', 'session', 'broadcast', 'exchange', 'interaction', 'context', 'catalog', 'pipeline'],
    ...['access', 'task'],
  ],
  discovery: [
    'limits',
    ...['packages', 'protocol', 'nest', 'schema', 'interaction', 'decorators', 'catalog', 'pipeline', 'routes', 'task'],
    'access',
  ],
  // What the server offers beyond the core, and what the application declares.
  extensions: [
    ...['packages', 'limits', 'protocol', 'exchange', 'interaction', 'access', 'pipeline', 'catalog', 'engine'],
    // Skills are served as what is registered at run time.
    'discovery',
  ],
  transport: [
    ...['limits', 'observe', 'protocol', 'nest', 'session', 'broker', 'stream', 'broadcast', 'exchange'],
    ...['interaction', 'engine'],
  ],
  options: [
    ...['limits', 'packages', 'protocol', 'redis', 'access', 'auth', 'interaction', 'decorators', 'engine'],
    'extensions',
  ],
  backends: [
    'audit',
    ...['limits', 'packages', 'nest', 'session', 'broker', 'stream', 'interaction', 'task', 'memory', 'redis'],
    ...['report', 'options'],
  ],
  server: [
    ...['audit', 'observe', 'telemetry'],
    'packages',
    'limits',
    ...['protocol', 'session', 'broker', 'stream', 'broadcast', 'exchange', 'interaction', 'context', 'decorators'],
    'catalog',
    ...[
      'engine',
      'pipeline',
      'discovery',
      'extensions',
      'transport',
      'options',
      'task',
      'backends',
      'report',
      'access',
      'auth',
    ],
  ],
  inspector: [
    ...[
      'packages',
      'protocol',
      'nest',
      'session',
      'broker',
      'exchange',
      'task',
      'observe',
      'memory',
      'catalog',
      'engine',
    ],
    ...['transport', 'options', 'backends', 'server'],
  ],
  root: [
    'audit',
    ...[
      'packages',
      'protocol',
      'nest',
      'session',
      'broker',
      'stream',
      'backends',
      'interaction',
      'exchange',
      'pipeline',
    ],
    ...['discovery', 'extensions', 'transport', 'server', 'options', 'task', 'report', 'auth'],
    'inspector',
  ],
  // Its client finds the endpoint of an application as Nest has mounted it, and its cluster gives instances their backends.
  testing: [
    ...['packages', 'protocol', 'session', 'broker', 'stream', 'interaction', 'task', 'report', 'transport', 'options'],
    ...['backends', 'server', 'root'],
  ],
  doctor: ['protocol', 'auth'],
};

/**
 * Packages by folder; Node's own modules are checked separately. Optional peers stand where they are loaded. The files
 * inside of Nest's packages, which differ between its majors, are for `nest` alone.
 */
const MAY_USE: Readonly<Record<string, readonly RegExp[]>> = {
  protocol: [],
  limits: [],
  nest: [/^@nestjs\/(common|core)/],
  packages: [],
  session: [],
  broker: [/^rxjs$/],
  stream: [/^rxjs$/],
  broadcast: [/^rxjs$/],
  memory: [],
  redis: [/^ioredis$/, /^@nestjs\/microservices$/],
  observe: [],
  audit: [],
  telemetry: [/^@opentelemetry\/api$/],
  report: [],
  backends: [/^@nestjs\/(common|core)$/],
  schema: [/^ajv\//, /^class-validator$/, /^class-transformer$/, /^reflect-metadata$/],
  decorators: [/^@nestjs\/common$/, /^reflect-metadata$/],
  catalog: [/^rxjs$/],
  exchange: [/^@nestjs\/common$/],
  access: [/^@nestjs\/common$/],
  auth: [/^jose$/],
  interaction: [],
  context: [],
  task: [/^@nestjs\/common$/],
  engine: [/^@nestjs\/common$/],
  pipeline: [/^@nestjs\/(common|core)$/, /^rxjs$/],
  discovery: [/^@nestjs\/(common|core)$/],
  routes: [/^@nestjs\/(common|core)$/],
  extensions: [/^yaml$/],
  transport: [/^@nestjs\/(common|core)$/, /^rxjs$/],
  options: [/^@nestjs\/common$/],
  server: [/^@nestjs\/(common|core)$/, /^rxjs$/],
  inspector: [/^@nestjs\/(common|core)$/, /^rxjs$/],
  root: [/^@nestjs\/(common|core)$/, /^rxjs$/],
  testing: [/^@nestjs\/(common|core)$/, /^rxjs$/],
  doctor: [],
};

/** Folders without I/O: the meaning of a message must not depend on its transport. */
const WITHOUT_NETWORK = [
  'protocol',
  'session',
  'broker',
  'stream',
  'exchange',
  'access',
  'interaction',
  'context',
  'task',
  'observe',
  'audit',
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
  .filter((file) => /\.c?ts$/.test(file))
  .map((file) => ({ file, text: readFileSync(join(LIB, file), 'utf8') }));

function folderOf(file: string): string {
  return file.includes('/') ? file.split('/')[0]! : 'root';
}

/** Without docblocks, whose examples import what they show. */
const code = (text: string): string => text.replace(/\/\*\*[\s\S]*?\*\//g, '');

const imports = files.flatMap(({ file, text }): Import[] =>
  [...code(text).matchAll(/(?:^|[\s;}(])(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => ({
    from: file,
    to: match[1]!,
  })),
);
const inside = imports
  .filter(({ to }) => to.startsWith('.'))
  .map(({ from, to }) => ({ from, to: relative(LIB, join(LIB, dirname(from), to)).replace(/\.(c?)js$/, '.$1ts') }));
const packages = imports.filter(({ to }) => !to.startsWith('.') && !to.startsWith('node:'));

const arrow = ({ from, to }: Import): string => `${from} → ${to}`;

describe('architecture of lib', () => {
  it('every folder of lib has a row in the table of imports', () => {
    const folders = [...new Set(files.map(({ file }) => folderOf(file)))];
    expect(folders.filter((folder) => !(folder in MAY_IMPORT))).toEqual([]);
  });

  it('the table of imports has no arrow to a later folder', () => {
    const order = Object.keys(MAY_IMPORT);
    const upwards = Object.entries(MAY_IMPORT).flatMap(([folder, allowed]) =>
      allowed.filter((to) => order.indexOf(to) >= order.indexOf(folder)).map((to) => `${folder} → ${to}`),
    );
    expect(upwards).toEqual([]);
  });

  it.each(Object.entries(MAY_IMPORT))('%s imports only the folders that the table allows', (folder, allowed) => {
    const wrong = inside.filter(
      ({ from, to }) =>
        from !== 'index.ts' && folderOf(from) === folder && folderOf(to) !== folder && !allowed.includes(folderOf(to)),
    );
    expect(wrong.map(arrow)).toEqual([]);
  });

  it('the table of imports has no unused arrow', () => {
    const needed = new Set(inside.map(({ from, to }) => `${folderOf(from)} → ${folderOf(to)}`));
    const allowedArrows = Object.entries(MAY_IMPORT).flatMap(([folder, allowed]) =>
      allowed.map((to) => `${folder} → ${to}`),
    );
    expect(allowedArrows.filter((one) => !needed.has(one))).toEqual([]);
  });

  it('lib imports no file from outside of lib, and no file imports index.ts', () => {
    expect(inside.filter(({ to }) => to.startsWith('..') || to === 'index.ts').map(arrow)).toEqual([]);
  });

  it.each(Object.entries(MAY_USE))('%s uses only the packages that the table allows', (folder, allowed) => {
    const wrong = packages.filter(({ from, to }) => folderOf(from) === folder && !allowed.some((one) => one.test(to)));
    // The only import of protocol from Nest: an exception that Nest does not log.
    expect(wrong.filter((one) => arrow(one) !== 'protocol/errors.ts → @nestjs/common').map(arrow)).toEqual([]);
  });

  it('protocol imports only IntrinsicException from Nest', () => {
    const { text } = files.find(({ file }) => file === 'protocol/errors.ts')!;
    expect(text.match(/^import .*@nestjs.*$/gm)).toEqual(["import { IntrinsicException } from '@nestjs/common';"]);
  });

  it('folders without I/O import no network module', () => {
    const wrong = imports.filter(({ from, to }) => WITHOUT_NETWORK.includes(folderOf(from)) && NETWORK.test(to));
    expect(wrong.map(arrow)).toEqual([]);
  });

  it('no folder imports an HTTP framework, and only redis imports Redis packages', () => {
    const wrong = packages.filter(
      ({ from, to }) =>
        /^(fastify|express|@nestjs\/platform-)/.test(to) ||
        (/^(ioredis|@nestjs\/microservices)/.test(to) && folderOf(from) !== 'redis'),
    );
    expect(wrong.map(arrow)).toEqual([]);
  });

  it('only options and backends import from redis', () => {
    const known = inside.filter(({ from, to }) => to.startsWith('redis/') && !/^(redis\/|index\.ts$)/.test(from));
    expect([...new Set(known.map(({ from }) => folderOf(from)))].sort()).toEqual(['backends', 'options']);
  });

  it('what is for Redis and its optional packages are loaded lazily', () => {
    const eager = files.flatMap(({ file, text }) =>
      [
        ...text.matchAll(
          /^import (?!type\b)[^;]*?from '(ioredis|@nestjs\/microservices|[^']*redis-(?:transport|backends)\.js)'/gm,
        ),
      ].map(([, to]) => `${file} → ${to}`),
    );
    // The transport itself is only loaded by `import()`.
    expect(eager).toEqual(['redis/pubsub/redis-transport.ts → @nestjs/microservices']);
  });

  it(`no file of lib has more than ${MAX_LINES} lines`, () => {
    const long = files.map(({ file, text }) => ({ file, lines: text.split('\n').length - 1 }));
    expect(long.filter(({ lines }) => lines > MAX_LINES)).toEqual([]);
  });

  it('no file of lib is named utils, manager, helper, common or misc', () => {
    expect(files.map(({ file }) => file).filter((file) => /utils?|manager|helpers?|common|misc/i.test(file))).toEqual(
      [],
    );
  });

  it('no file of lib contains TODO, FIXME or XXX', () => {
    expect(files.filter(({ text }) => /\b(TODO|FIXME|XXX)\b/.test(text)).map(({ file }) => file)).toEqual([]);
  });
});

/** What the entries of the results are called on the page. */
export const LABELS = {
  'node:http': 'node:http alone',
  fastify: 'Fastify alone',
  nest: 'Nest route on Fastify',
  'nest-validated': 'Nest route on Fastify with `ValidationPipe`',
  'nest-express': 'Nest route on Express',
  'nest-express-validated': 'Nest route on Express with `ValidationPipe`',
  fleet: '**this package** on Fastify',
  'fleet-direct': "**this package** on Fastify, `mount: 'direct'`",
  'fleet-server': "**this package** on Fastify, `mount: 'http-server'`",
  'fleet-express': '**this package** on Express',
  'fleet-express-direct': "**this package** on Express, `mount: 'direct'`",
  'fleet-express-server': "**this package** on Express, `mount: 'http-server'`",
  'fleet-redis': '**this package** on Fastify and Redis',
  rekog: '@rekog/mcp-nest on Fastify',
  'rekog-express': '@rekog/mcp-nest on Express',
  sdk: 'the official SDK',
  'sdk-session': 'the official SDK with sessions',
};

/** Without Markdown, for plots. */
export const plain = (label) => label.replace(/[*`]/g, '');

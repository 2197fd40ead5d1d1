import { ValidationPipe, VersioningType } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ADAPTERS, nestApp, type NestApp } from '../../fixtures/applications/nest-app.js';
import { EraClient, ERAS, type EraName } from '../../fixtures/clients/era-client.js';
import { OwnerGuard, ProductsController } from './products.controller.js';

const PAIRS = [
  ['fastify', 'modern'],
  ['express', 'legacy'],
  ['express', 'modern'],
] as const;

const ME = { 'x-user': 'Ada', 'x-tenant': 'acme' };
const textOf = (result: any): string => result.content[0].text as string;
const valueOf = (result: any): any => JSON.parse(textOf(result));

describe.each(PAIRS)('routes as tools, on %s for %s clients', (adapter, era) => {
  let nest: NestApp;
  let client: EraClient;
  beforeAll(async () => {
    nest = await nestApp(
      { controllers: [ProductsController] },
      {
        adapter,
        prepare: (app) => {
          app.setGlobalPrefix('api');
          app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
          app.useGlobalPipes(new ValidationPipe({ whitelist: true, transform: true }));
        },
      },
    );
    client = await EraClient.open(era as EraName, nest.port, { path: '/api/v1/mcp', headers: ME });
  });
  afterAll(() => nest.close());
  beforeEach(() => OwnerGuard.seen.splice(0));

  it('offers the routes of the class and leaves out the one that says so', async () => {
    const { result } = await client.call('tools/list');
    expect((result!.tools as { name: string }[]).map(({ name }) => name)).toEqual([
      'products_create',
      'products_find',
      'products_findOne',
      'products_old',
      'products_remove',
      'products_rename',
      'products_who',
    ]);
  });

  it('gives the pipes what the query of a request would give them', async () => {
    const { result } = await client.tool('products_find', {
      q: 'cup',
      page: 3,
      order: 'cheapest',
      sold: true,
      tags: ['a'],
    });
    expect(valueOf(result)).toEqual({ q: 'cup', page: 3, order: 'cheapest', sold: true, tags: ['a'] });
  });

  it('leaves defaults to the pipes', async () => {
    const { result } = await client.tool('products_find');
    expect(valueOf(result)).toEqual({ q: null, page: 1, order: null, sold: false, tags: null });
  });

  it('runs the guards of the route as on a request for it', async () => {
    const { result } = await client.tool('products_findOne', { id: 7 });
    expect(result).toMatchObject({ structuredContent: { id: 7, name: 'Product 7', note: null } });
    expect(OwnerGuard.seen).toEqual([
      {
        type: 'http',
        handler: 'findOne',
        type2: 'ProductsController',
        method: 'GET',
        url: '/api/v1/products/7',
        params: { id: '7' },
      },
    ]);
  });

  it('answers the refusal of a guard as an error of the protocol', async () => {
    expect((await client.tool('products_findOne', { id: 13 })).error).toMatchObject({ code: 403 });
    const anonymous = await EraClient.open(era as EraName, nest.port, { path: '/api/v1/mcp' });
    expect((await anonymous.tool('products_findOne', { id: 7 })).error).toMatchObject({
      code: 401,
      message: 'Say who you are',
    });
  });

  it('tells the model the status and message of an exception', async () => {
    const { result } = await client.tool('products_findOne', { id: 55 });
    expect(result).toMatchObject({ isError: true });
    expect(textOf(result)).toBe('HTTP 404: Product 55 not found');
  });

  it('names the arguments that do not fit', async () => {
    const { result } = await client.tool('products_create', { name: 'x'.repeat(21), price: 0 });
    expect(result).toMatchObject({ isError: true });
    expect(textOf(result)).toMatch(/name: .*20[\s\S]*price: .*1/);
  });

  it('passes a body on, with the status that the route sets', async () => {
    const { result } = await client.tool('products_create', { name: 'Cup', price: 5 });
    expect(valueOf(result)).toEqual({ dto: { name: 'Cup', price: 5 }, status: 202 });
  });

  it('keeps a body together that has a member of the same name as the path', async () => {
    const { result } = await client.tool('products_rename', { id: 1, body: { id: 2, name: 'Mug' } });
    expect(valueOf(result)).toEqual({ path: 1, body: { id: 2, name: 'Mug' } });
  });

  it('gives custom decorators, headers and the request what the caller sent, and the path of the route', async () => {
    const { result } = await client.tool('products_who', { id: 'a/b' });
    expect(valueOf(result)).toEqual({
      id: 'a/b',
      name: 'Ada',
      tenant: 'acme',
      ip: '127.0.0.1',
      url: '/api/v1/products/a%2Fb/who',
      method: 'GET',
      query: {},
      type: null,
      era,
    });
  });

  it('answers a redirection with its target', async () => {
    const { result } = await client.tool('products_old', { id: '4' });
    expect(valueOf(result)).toEqual({ url: '/products/4', statusCode: 301 });
  });

  it('lets a pipe refuse what the schema cannot check', async () => {
    const { result } = await client.tool('products_remove', { id: 'no-uuid' });
    expect(textOf(result)).toBe('HTTP 400: Validation failed (uuid is expected)');
  });

  it('still serves the routes over HTTP', async () => {
    const response = await fetch(`http://127.0.0.1:${nest.port}/api/v1/products/7`, { headers: ME });
    expect(await response.json()).toEqual({ id: 7, name: 'Product 7', note: null, internal: true });
  });
});

describe('a route as a tool in process', () => {
  it.each(ADAPTERS)('is called with headers and a user of its own, on %s', async (adapter) => {
    const nest = await nestApp({ controllers: [ProductsController] }, { adapter });
    const result = await nest.mcp.callTool('products_who', { id: '1' }, { headers: ME });
    expect(valueOf(result)).toMatchObject({ name: 'Ada', url: '/products/1/who' });
    await nest.close();
  });
});

describe('the eras', () => {
  it('are both covered by the pairs of this file', () => {
    expect(new Set(PAIRS.map(([, era]) => era))).toEqual(new Set(ERAS));
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nestApp, type NestApp } from '../../fixtures/applications/nest-app.js';
import { EraClient } from '../../fixtures/clients/era-client.js';
import { ProductsController } from './products.controller.js';

describe('the definition of a route', () => {
  let nest: NestApp;
  const tools = new Map<string, any>();
  beforeAll(async () => {
    nest = await nestApp({ controllers: [ProductsController] });
    const client = await EraClient.open('modern', nest.port);
    const { result } = await client.call('tools/list');
    for (const tool of result!.tools as { name: string }[]) tools.set(tool.name, tool);
  });
  afterAll(() => nest.close());

  it('has the words of @ApiOperation and the hints of the HTTP method', () => {
    expect(tools.get('products_find')).toMatchObject({
      title: 'Find products',
      description: 'Finds products by their words.',
      annotations: { readOnlyHint: true },
    });
    expect(tools.get('products_rename').annotations).toEqual({ idempotentHint: true });
    expect(tools.get('products_remove').annotations).toEqual({ destructiveHint: true, idempotentHint: true });
    expect(tools.get('products_create').annotations).toBeUndefined();
  });

  it('reads the pipes of a query, with their defaults', () => {
    expect(tools.get('products_find').inputSchema).toEqual({
      type: 'object',
      properties: {
        q: { type: 'string', description: 'Words to look for' },
        page: { type: 'integer', default: 1 },
        order: { enum: ['newest', 'cheapest'], type: 'string' },
        sold: { type: 'boolean', default: false },
        tags: { type: 'array', items: { type: 'string' } },
      },
      additionalProperties: false,
    });
  });

  it('reads the path, with what @ApiParam adds', () => {
    expect(tools.get('products_findOne').inputSchema).toEqual({
      type: 'object',
      properties: { id: { type: 'integer', description: 'The number of the product' } },
      required: ['id'],
      additionalProperties: false,
    });
    expect(tools.get('products_remove').inputSchema.properties).toEqual({ id: { type: 'string', format: 'uuid' } });
  });

  it('spreads the members of a body class', () => {
    expect(tools.get('products_create').inputSchema).toEqual({
      type: 'object',
      properties: {
        name: { type: 'string', maxLength: 20, description: 'What it is called' },
        price: { type: 'integer', minimum: 1 },
        note: { type: 'string' },
      },
      required: ['name', 'price'],
      additionalProperties: false,
    });
  });

  it('keeps the members of a body together where one has the name of another argument', () => {
    expect(tools.get('products_rename').inputSchema).toEqual({
      type: 'object',
      properties: {
        id: { type: 'integer' },
        body: {
          type: 'object',
          properties: { id: { type: 'integer' }, name: { type: 'string' } },
          required: ['id', 'name'],
          additionalProperties: false,
        },
      },
      required: ['id', 'body'],
      additionalProperties: false,
    });
  });

  it('announces the response, open for more members and for null in optional ones', () => {
    const { outputSchema } = tools.get('products_findOne');
    expect(outputSchema).toMatchObject({ type: 'object', required: ['id', 'name'] });
    expect(outputSchema).not.toHaveProperty('additionalProperties');
    expect(tools.get('products_find').outputSchema).toBeUndefined();
  });

  it('takes no header as an argument that nobody asked for', () => {
    expect(Object.keys(tools.get('products_who').inputSchema.properties)).toEqual(['id']);
  });
});

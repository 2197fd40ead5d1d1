import { Inject, Injectable, Scope } from '@nestjs/common';
import {
  ContextIdFactory,
  REQUEST,
  type ContextId,
  type ContextIdStrategy,
  type HostComponentInfo,
} from '@nestjs/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { McpTool } from 'nestjs-mcp-fleet';
import { ADAPTERS, nestApp, type NestApp } from '../../fixtures/applications/nest-app.js';
import { mcpClient } from 'nestjs-mcp-fleet/testing';
import { ERAS } from '../../fixtures/clients/era-client.js';

/** One tree of durable providers for each tenant, as Nest's documentation describes it. */
class TenantStrategy implements ContextIdStrategy {
  readonly #trees = new Map<string, ContextId>();

  attach(contextId: ContextId, request: { headers?: Record<string, string> }) {
    const tenant = request.headers?.['x-tenant'];
    if (tenant === undefined) return () => contextId;
    let tree = this.#trees.get(tenant);
    if (!tree) this.#trees.set(tenant, (tree = ContextIdFactory.create()));
    const durable = tree;
    const resolve = (info: HostComponentInfo) => (info.isTreeDurable ? durable : contextId);
    return { payload: { tenant }, resolve };
  }
}

@Injectable({ scope: Scope.REQUEST, durable: true })
class TenantConnection {
  static made = 0;
  readonly number = ++TenantConnection.made;
  constructor(@Inject(REQUEST) readonly request: { readonly tenant: string }) {}
}

@Injectable()
class Tools {
  constructor(@Inject(TenantConnection) private readonly connection: TenantConnection) {}

  @McpTool()
  connectionOf(): string {
    return `${this.connection.request.tenant} ${this.connection.number}`;
  }
}

describe.each(ADAPTERS)('durable providers on %s', (adapter) => {
  let nest: NestApp;
  beforeAll(async () => {
    ContextIdFactory.apply(new TenantStrategy());
    nest = await nestApp({ providers: [TenantConnection, Tools] }, { adapter });
  });
  afterAll(async () => {
    // Nest has no way to take a strategy back.
    Reflect.set(ContextIdFactory, 'strategy', undefined);
    await nest.close();
  });

  it.each(ERAS)('are one for each tenant, however often it calls (%s)', async (era) => {
    const call = async (tenant: string) =>
      (await mcpClient(nest.app, { era, headers: { 'x-tenant': tenant } }).callTool('connectionOf')).text;
    const blue = await call('blue');
    expect(blue).toMatch(/^blue \d+$/);
    expect(await call('blue')).toBe(blue);
    const red = await call('red');
    expect(red).toMatch(/^red \d+$/);
    expect(red.split(' ')[1]).not.toBe(blue.split(' ')[1]);
  });
});

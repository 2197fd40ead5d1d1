import { Injectable, Module } from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import { McpServer, McpTool } from 'nestjs-mcp-fleet';
import { describe, expect, it } from 'vitest';
import { nestApp } from '../../fixtures/applications/nest-app.js';
import { EraClient } from '../../fixtures/clients/era-client.js';

@Injectable()
class LazyTools {
  @McpTool() lazy() {
    return 'from the lazy module';
  }
}
@Module({ providers: [LazyTools], exports: [LazyTools] })
class LazyModule {}

@Injectable()
class EagerTools {
  @McpTool() eager() {
    return 'eager';
  }
}

describe('modules that are loaded after the start', () => {
  it('are not searched for tools, and their providers serve tools that are registered for them', async () => {
    const app = await nestApp({ providers: [EagerTools] });
    try {
      const client = await EraClient.open('modern', app.port);
      const names = async () => {
        const { tools } = (await client.call('tools/list')).result as { tools: { name: string }[] };
        return tools.map(({ name }) => name).sort();
      };
      const loaded = await app.app.get(LazyModuleLoader).load(() => LazyModule);
      expect(await names()).toEqual(['eager']);
      const provider = loaded.get(LazyTools);
      await app.app.get(McpServer).registerTool({ name: 'lazy' }, () => provider.lazy());
      expect(await names()).toEqual(['eager', 'lazy']);
      expect((await client.tool('lazy')).result).toMatchObject({ content: [{ text: 'from the lazy module' }] });
    } finally {
      await app.close();
    }
  });
});

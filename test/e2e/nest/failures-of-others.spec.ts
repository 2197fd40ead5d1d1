import { Injectable } from '@nestjs/common';
import { ArrayMinSize, IsArray, IsInt, IsString, MinLength } from 'class-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { McpPrompt, McpResource, McpTool, type SchemaSource } from 'nestjs-mcp-fleet';
import { EraClient, ERAS } from '../../fixtures/clients/era-client.js';
import { nestApp, type NestApp } from '../../fixtures/applications/nest-app.js';

/*
 * What was seen to fail in other servers, and no other test shows: docs/comparison.md names these tests.
 */

class Text {
  @IsString() @MinLength(3) text!: string;
}
class Numbers {
  @IsArray() @ArrayMinSize(1) @IsInt({ each: true }) numbers!: number[];
}

let prints = 0;
/** A Standard Schema that counts how often its JSON Schema is asked for. */
const counting = {
  '~standard': {
    version: 1,
    vendor: 'counting',
    validate: (value: unknown) => ({ value }),
    jsonSchema: {
      input: () => {
        prints += 1;
        return { type: 'object', properties: { n: { type: 'number' } } };
      },
      output: () => ({ type: 'object' }),
    },
  },
} as unknown as SchemaSource;

@Injectable()
class Things {
  @McpTool() length({ text }: Text): string {
    return `${text.length} ${text.endsWith('€')} ${text.includes('�')}`;
  }
  @McpTool() sum({ numbers }: Numbers): string {
    return String(numbers.reduce((sum, n) => sum + n, 0));
  }
  @McpTool({ input: counting }) counted(args: object): string {
    return JSON.stringify(args);
  }
  @McpResource({ uri: 'a://x' }) fixed(): string {
    return 'a';
  }
  @McpResource({ uri: 'city://{city}/now' }) now({ city }: { city: string }): string {
    return `now in ${city}`;
  }
  @McpPrompt() shout({ text }: Text): string {
    return text.toUpperCase();
  }
}

let nest: NestApp;
beforeAll(async () => {
  nest = await nestApp({ providers: [Things] });
});
afterAll(() => nest.close());

describe.each(ERAS)('what failed elsewhere, in the %s era', (era) => {
  let client: EraClient;
  beforeAll(async () => {
    client = await EraClient.open(era, nest.port);
  });

  it('a template is read with the values of its URI', async () => {
    for (const city of ['Paris', 'São Paulo']) {
      const { result } = await client.call('resources/read', { uri: `city://${encodeURIComponent(city)}/now` });
      expect(result?.contents[0].text).toBe(`now in ${city}`);
    }
  });

  it('a URI with another scheme is another resource', async () => {
    const read = async (uri: string) => (await client.call('resources/read', { uri })).result;
    expect(await read('a://x')).toMatchObject({ contents: [{ uri: 'a://x', text: 'a' }] });
    expect(await read('zzz://x')).toBeUndefined();
  });

  it('an unknown tool and an unknown prompt are invalid parameters, not unknown methods', async () => {
    expect((await client.tool('nothing')).error?.code).toBe(-32602);
    expect((await client.call('prompts/get', { name: 'nothing' })).error?.code).toBe(-32602);
  });

  it('the arguments of a prompt are validated', async () => {
    const get = (args: object) => client.call('prompts/get', { name: 'shout', arguments: args });
    expect((await get({ text: 'abc' })).result?.messages[0].content.text).toBe('ABC');
    expect((await get({})).error?.code).toBe(-32602);
    expect((await get({ text: 'ab' })).error?.code).toBe(-32602);
  });

  it('a DTO class alone announces its properties and refuses what does not fit', async () => {
    const { result } = await client.call('tools/list');
    const tools = result!.tools as { name: string; inputSchema: object }[];
    const properties = { text: { type: 'string', minLength: 3 } };
    expect(tools.find(({ name }) => name === 'length')!.inputSchema).toMatchObject({ properties, required: ['text'] });
    const refused = await client.tool('length', { text: 'ab' });
    expect(refused.result?.isError).toBe(true);
    expect(refused.result?.content[0].text).toContain('text');
  });

  it('long texts and long lists arrive unchanged', async () => {
    const text = '€'.repeat(300_000);
    expect((await client.tool('length', { text })).result?.content[0].text).toBe('300000 true false');
    const numbers = Array.from({ length: 10_001 }, (_, n) => n);
    expect((await client.tool('sum', { numbers })).result?.content[0].text).toBe(String((10_000 * 10_001) / 2));
  });

  it('schemas are compiled at the start and not by calls and lists', async () => {
    const before = prints;
    expect(before).toBeGreaterThan(0);
    for (let n = 0; n < 3; n++) {
      expect((await client.tool('counted', { n })).result?.content[0].text).toBe(JSON.stringify({ n }));
      await client.call('tools/list');
    }
    expect(prints).toBe(before);
  });
});

import { Injectable } from '@nestjs/common';
import { PartialType } from '@nestjs/mapped-types';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsArray, IsEnum, IsOptional, IsString, MaxLength } from 'class-validator';
import { createZodDto } from 'nestjs-zod';
import { McpProperty, McpTool } from 'nestjs-mcp-fleet';
import { mcpClient, type McpClient } from 'nestjs-mcp-fleet/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { departuresOf } from '../../../lib/schema/hosts/index.js';
import { nestApp, type NestApp } from '../../fixtures/applications/nest-app.js';
import { ERAS } from '../../fixtures/clients/era-client.js';

enum Period {
  '1D' = '1D',
  All = 'all',
}
class Chosen {
  @IsEnum(Period) period!: Period;
  @IsEnum(['asc', 'desc']) order!: string;
  @IsOptional() @IsArray() tags?: string[];
}
class Cat {
  @ApiProperty({ description: 'Its name', minLength: 2 }) name!: string;
  @ApiPropertyOptional() born?: Date;
}
class Stay extends createZodDto(z.object({ mail: z.email(), nights: z.int().positive().default(2) })) {}
class Note {
  @McpProperty({ description: 'The text' }) @IsString() @IsOptional() @MaxLength(5) text?: string;
}
class Patch extends PartialType(Note) {}
class Trimmed {
  @Transform(({ value }) => String(value).trim()) @IsString() loud!: string;
  @McpProperty({ acknowledged: true }) @Transform(({ value }) => String(value).trim()) @IsString() known!: string;
}

@Injectable()
class EcosystemTools {
  @McpTool() chosen({ period, order }: Chosen) {
    return `${period} ${order}`;
  }
  @McpTool({ output: Cat }) cat(cat: Cat) {
    return { ...cat, secret: 1, isDate: cat.born instanceof Date };
  }
  @McpTool({ output: Stay.Output }) stay(stay: Stay) {
    return { mail: stay.mail, nights: stay.nights };
  }
  @McpTool() patch(patch: Patch) {
    return `${patch instanceof Patch}`;
  }
  @McpTool() trimmed({ loud, known }: Trimmed) {
    return loud + known;
  }
  @McpTool({
    acknowledged: true,
    input: { type: 'object', properties: { url: { type: 'string', format: 'uri' } } },
  })
  written() {
    return 'written';
  }
  @McpTool() none() {
    return 'none';
  }
}

const calls: [string, object, object][] = [
  ['chosen', { period: '1D', order: 'asc' }, { text: '1D asc' }],
  [
    'cat',
    { name: 'Tom', born: '2020-01-02T00:00:00.000Z' },
    { structuredContent: { name: 'Tom', born: '2020-01-02T00:00:00.000Z' } },
  ],
  ['stay', { mail: 'a@b.example' }, { structuredContent: { mail: 'a@b.example', nights: 2 } }],
  ['patch', { text: null }, { text: 'true' }],
  ['trimmed', { loud: ' a ', known: ' b ' }, { text: 'ab' }],
];

describe.each(ERAS)('DTOs of the ecosystem in the era %s', (era) => {
  let app: NestApp;
  let client: McpClient;
  beforeAll(async () => {
    app = await nestApp({ providers: [EcosystemTools] });
    client = mcpClient(app.app, { era });
  });
  afterAll(() => app.close());

  it.each(calls)('the tool %s gets its arguments as its class says', async (name, args, expected) => {
    expect(await client.callTool(name, args)).toMatchObject(expected);
  });

  it('every announced schema that nobody wrote by hand is one that hosts take', async () => {
    const tools = await client.tools();
    expect(tools.map(({ name }) => name).sort()).toEqual([...calls.map(([name]) => name), 'none', 'written'].sort());
    for (const { name, inputSchema, outputSchema } of tools) {
      if (name !== 'written') expect([name, departuresOf(inputSchema, 'input')]).toEqual([name, []]);
      if (outputSchema) expect([name, departuresOf(outputSchema, 'output')]).toEqual([name, []]);
    }
  });

  it('start-up warns of what is not known to the author, and of nothing else', () => {
    expect(app.logs.warnings.filter((line) => /schema|hosts|condition/i.test(line))).toEqual([
      expect.stringContaining('Trimmed.loud: the schema describes the value after @Transform'),
    ]);
  });
});

describe.each(ERAS)('arguments that a tool does not declare, in the era %s', (era) => {
  const extra = { toolCallId: 'call_1', sessionId: 's' };

  it.each<[string, Record<string, unknown>]>([
    ['none', {}],
    ['cat', { name: 'Tom' }],
    ['patch', {}],
  ])('the tool %s refuses them by default and names them', async (name, args) => {
    const app = await nestApp({ providers: [EcosystemTools] });
    try {
      const { isError, text } = await mcpClient(app.app, { era }).callTool(name, { ...args, ...extra });
      expect(isError).toBe(true);
      expect(text).toContain('toolCallId: is not a known property');
    } finally {
      await app.close();
    }
  });

  it('with unknownArguments: "ignore" every tool is called without them', async () => {
    const app = await nestApp({ providers: [EcosystemTools] }, { mcp: { unknownArguments: 'ignore' } });
    try {
      const client = mcpClient(app.app, { era });
      for (const [name, args, expected] of [...calls, ['none', {}, { text: 'none' }] as const])
        expect(await client.callTool(name, { ...args, ...extra })).toMatchObject(expected);
    } finally {
      await app.close();
    }
  });

  it('another value of unknownArguments is refused when the module is made', async () => {
    const wrong = nestApp({}, { mcp: { unknownArguments: 'drop' as 'ignore' } });
    await expect(wrong).rejects.toThrow('"unknownArguments" is "drop"; it must be "refuse" or "ignore"');
  });
});

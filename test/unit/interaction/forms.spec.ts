import {
  ArrayMaxSize,
  IsBoolean,
  IsEmail,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { Type } from 'class-transformer';
import { McpProperty, type JsonSchema } from 'nestjs-mcp-fleet';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ElicitationForms } from '../../../lib/interaction/elicitation-form.js';
import { formQuestion, rootsQuestion, samplingQuestion, urlQuestion } from '../../../lib/interaction/questions.js';
import { safeUrl } from '../../../lib/interaction/elicitation-url.js';
import { inputRequestFor } from '../../../lib/interaction/input-request-for-revision.js';
import { missingCapabilities, type InputRequest } from '../../../lib/interaction/input-request.js';
import type { LegacyRevision, Revision } from '../../../lib/protocol/revisions.js';

class Person {
  @IsString() @MaxLength(20) @McpProperty({ title: 'Name', description: 'Of the guest' }) name!: string;
  @IsEmail() email!: string;
  @IsInt() @Min(0) @Max(150) age!: number;
  @IsOptional() @IsBoolean() pets?: boolean = false;
  @IsIn(['north', 'south']) region!: string;
}
class Inner {
  @IsString() text!: string;
}
class Nested {
  @ValidateNested() @Type(() => Inner) inner!: Inner;
}
class Texts {
  @IsString({ each: true }) @ArrayMaxSize(3) texts!: string[];
}

const forms = new ElicitationForms();

describe('ElicitationForms', () => {
  it('a form of a class announces the constraints that MCP forms support', async () => {
    const { requestedSchema } = await forms.of(Person);
    expect(requestedSchema).toEqual({
      type: 'object',
      properties: {
        name: { type: 'string', title: 'Name', description: 'Of the guest', maxLength: 20 },
        email: { type: 'string', format: 'email' },
        age: { type: 'integer', minimum: 0, maximum: 150 },
        pets: expect.objectContaining({ type: 'boolean' }) as unknown,
        region: { type: 'string', enum: ['north', 'south'] },
      },
      required: expect.arrayContaining(['name', 'email', 'age', 'region']) as unknown,
    });
  });

  it('a form of a Standard Schema omits constraints that MCP forms lack, but enforces them', async () => {
    const form = await forms.of(z.object({ code: z.string().regex(/^[A-Z]+$/), size: z.enum(['s', 'm']) }));
    expect(form.requestedSchema).toEqual({
      type: 'object',
      properties: { code: { type: 'string' }, size: { type: 'string', enum: ['s', 'm'] } },
      required: ['code', 'size'],
    });
    expect(
      await formQuestion(form, '').accept({ action: 'accept', content: { code: 'abc', size: 's' } }),
    ).toMatchObject({ ok: false });
    expect(
      await formQuestion(form, '').accept({ action: 'accept', content: { code: 'ABC', size: 's' } }),
    ).toMatchObject({ ok: true });
  });

  it.each<[string, unknown]>([
    ['a nested class', Nested],
    ['free lists', Texts],
    ['an object', { type: 'object', properties: { deep: { type: 'object' } } } satisfies JsonSchema],
    ['a union', { type: 'object', properties: { both: { type: ['string', 'null'] } } } satisfies JsonSchema],
    ['anything', { type: 'object', properties: { any: {} } } satisfies JsonSchema],
    ['a boolean schema', { type: 'object', properties: { any: true } } satisfies JsonSchema],
    ['a reference', { type: 'object', $defs: { s: { type: 'string' } }, properties: { ref: { $ref: '#/$defs/s' } } }],
  ])('forms.of() refuses %s', async (_, schema) => {
    await expect(forms.of(schema as never)).rejects.toThrow(/is not a string, number, boolean or choice/);
  });

  it('forms.of() compiles the form of a class only once', () => {
    expect(forms.of(Person)).toBe(forms.of(Person));
  });
});

describe('accepting answers', () => {
  const valid = { name: 'Ada', email: 'ada@example.com', age: 36, region: 'north' };
  it.each<[string, unknown, boolean]>([
    ['a valid form', { action: 'accept', content: valid }, true],
    ['a declined form', { action: 'decline' }, true],
    ['a cancelled form', { action: 'cancel', content: { junk: 1 } }, true],
    ['an invalid form', { action: 'accept', content: { ...valid, age: 'old' } }, false],
    ['an accepted form without content', { action: 'accept' }, false],
    ['an unknown action', { action: 'shrug' }, false],
    ['an answer without an action', { content: valid }, false],
    ['null', null, false],
    ['a number', 12345, false],
    ['a list', [valid], false],
  ])('a form question given %s (%j) answers ok: %s', async (_, answer, ok) => {
    expect(await formQuestion(await forms.of(Person), 'Who?').accept(answer)).toMatchObject({ ok });
    if (ok) expect(await urlQuestion('https://example.com', '').accept(answer)).toMatchObject({ ok: true });
  });

  const text = { type: 'text', text: 'x' };
  it.each<[unknown, boolean]>([
    [{ role: 'assistant', content: text, model: 'm' }, true],
    [{ role: 'assistant', content: [text], model: 'm', stopReason: 'endTurn' }, true],
    [{ role: 'system', content: text, model: 'm' }, false],
    [{ role: 'assistant', content: 'x', model: 'm' }, false],
    [{ role: 'assistant', content: ['x'], model: 'm' }, false],
    [{ role: 'assistant', content: text }, false],
    [{}, false],
    [undefined, false],
  ])('a sampling question given %j answers ok: %s', async (answer, ok) => {
    expect(await samplingQuestion({ messages: [], maxTokens: 1 }).accept(answer)).toMatchObject({ ok });
  });

  it.each<[unknown, boolean]>([
    [{ roots: [] }, true],
    [{ roots: [{ uri: 'file:///a', name: 'a' }] }, true],
    [{ roots: [{ name: 'a' }] }, false],
    [{ roots: {} }, false],
    [null, false],
  ])('a roots question given %j answers ok: %s', async (answer, ok) => {
    expect(await rootsQuestion().accept(answer)).toMatchObject({ ok });
  });
});

describe('safeUrl()', () => {
  it.each(['https://example.com/a?b=c', 'http://localhost:3000/x', 'http://127.0.0.1/', 'http://[::1]:8080/'])(
    'safeUrl() accepts %s',
    (url) => {
      expect(safeUrl(url)).toBe(url);
    },
  );
  it.each([
    'http://example.com',
    'javascript:alert(1)',
    'file:///etc/passwd',
    'https://user:secret@example.com',
    'nonsense',
    'http://localhost.evil.com',
  ])('safeUrl() refuses %s', (url) => expect(() => safeUrl(url)).toThrow(TypeError));
});

const elicit = (mode: 'form' | 'url'): InputRequest => ({ method: 'elicitation/create', params: { mode } });
const sample = (params: object = {}): InputRequest => ({ method: 'sampling/createMessage', params: { ...params } });

describe('missingCapabilities()', () => {
  it.each<[InputRequest, Record<string, unknown>, Revision, unknown]>([
    [elicit('form'), { elicitation: {} }, '2026-07-28', undefined],
    [elicit('form'), { elicitation: { form: {} } }, '2026-07-28', undefined],
    [elicit('form'), { elicitation: { url: {} } }, '2026-07-28', { elicitation: {} }],
    [elicit('form'), {}, '2026-07-28', { elicitation: {} }],
    [elicit('form'), { elicitation: true }, '2026-07-28', { elicitation: {} }],
    [elicit('form'), { elicitation: {} }, '2025-06-18', undefined],
    [elicit('form'), { elicitation: {} }, '2025-03-26', { elicitation: {} }],
    [elicit('form'), { elicitation: {} }, '2024-11-05', { elicitation: {} }],
    [elicit('url'), { elicitation: {} }, '2026-07-28', { elicitation: { url: {} } }],
    [elicit('url'), { elicitation: { url: {} } }, '2026-07-28', undefined],
    [elicit('url'), { elicitation: { url: {} } }, '2025-11-25', undefined],
    [elicit('url'), { elicitation: { url: {} } }, '2025-06-18', { elicitation: { url: {} } }],
    [sample(), { sampling: {} }, '2024-11-05', undefined],
    [sample(), {}, '2026-07-28', { sampling: {} }],
    [sample({ tools: [] }), { sampling: {} }, '2025-11-25', { sampling: { tools: {} } }],
    [sample({ toolChoice: {} }), { sampling: { tools: {} } }, '2025-11-25', undefined],
    [{ method: 'roots/list' }, { roots: { listChanged: true } }, '2024-11-05', undefined],
    [
      { method: 'roots/list' },
      JSON.parse('{"__proto__":{"roots":{}}}') as Record<string, unknown>,
      '2026-07-28',
      { roots: {} },
    ],
  ])('a client asked %j with capabilities %j at %s lacks %j', (request, capabilities, revision, missing) => {
    expect(missingCapabilities(request, capabilities, revision)).toEqual(missing);
  });
});

describe('inputRequestFor() a legacy revision', () => {
  const properties = {
    titled: { type: 'string', oneOf: [{ const: 'a', title: 'A' }, { const: 'b' }], default: 'a' },
    plain: { type: 'string', enum: ['x', 'y'] },
    flag: { type: 'boolean', default: true },
  };
  const requestedSchema = { type: 'object', properties, required: ['titled'] };
  const request: InputRequest = {
    method: 'elicitation/create',
    params: { mode: 'form', message: 'm', requestedSchema },
  };

  it('a question for 2025-11-25 is unchanged except that a URL gets an elicitationId', () => {
    expect(inputRequestFor(request, '2025-11-25')).toEqual(request);
    const url = { method: 'elicitation/create', params: { mode: 'url', message: 'm', url: 'https://a.b' } } as const;
    const projected = inputRequestFor(url, '2025-11-25');
    expect(projected.params).toEqual({
      ...url.params,
      elicitationId: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
    });
  });

  it('a form for 2025-06-18 has enumNames instead of titles, no mode and only boolean defaults', () => {
    const { params } = inputRequestFor(request, '2025-06-18');
    expect(JSON.parse(JSON.stringify(params))).toEqual({
      message: 'm',
      requestedSchema: {
        type: 'object',
        properties: {
          titled: { type: 'string', enum: ['a', 'b'], enumNames: ['A', 'b'] },
          plain: { type: 'string', enum: ['x', 'y'] },
          flag: { type: 'boolean', default: true },
        },
        required: ['titled'],
      },
    });
  });

  it('a form for 2025-06-18 that asks for a list is refused', () => {
    const list = { type: 'object', properties: { many: { type: 'array', items: { enum: ['a'] } } } };
    const asks = { method: 'elicitation/create', params: { requestedSchema: list } } as const;
    expect(() => inputRequestFor(asks, '2025-06-18' satisfies LegacyRevision)).toThrow(/cannot be asked for a list/);
  });

  it('a sampling question for 2024-11-05 is unchanged', () => {
    expect(inputRequestFor(sample({ maxTokens: 1 }), '2024-11-05')).toEqual(sample({ maxTokens: 1 }));
  });
});

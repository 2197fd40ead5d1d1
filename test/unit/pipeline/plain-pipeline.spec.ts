import { createParamDecorator } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { McpArgs, McpCtx } from '../../../lib/decorators/parameter.decorators.js';
import { Call } from '../../../lib/pipeline/call.js';
import { CallResponse } from '../../../lib/pipeline/call-response.js';
import { plainPipeline } from '../../../lib/pipeline/plain-pipeline.js';
import type { McpContext } from '../../../lib/context/mcp-context.js';
import type { CompiledSchema } from '../../../lib/schema/index.js';

const Custom = createParamDecorator(() => 'custom');
const ctx = { name: 'ctx' } as unknown as McpContext;

class Tools {
  both(@McpCtx() context: unknown, @McpArgs() args: unknown): unknown[] {
    return [this, context, args];
  }
  field(@McpArgs('city') city: unknown): unknown {
    return city;
  }
  custom(@McpArgs() _args: unknown, @Custom() _value: unknown): void {}
  second(undecorated: unknown, @McpArgs() args: unknown): unknown[] {
    return [undecorated, args];
  }
  twice(@McpCtx() @McpArgs() value: unknown): unknown {
    return value;
  }
  nothing(): string {
    return 'nothing';
  }
  async later(@McpArgs() args: { city: string }): Promise<string> {
    return args.city;
  }
}

const tools = new Tools();
const pipelineOf = (method: keyof Tools, hasSparing = false) =>
  plainPipeline(tools, method, tools[method] as never, hasSparing);
const run = (method: keyof Tools, raw: unknown, schema?: CompiledSchema): unknown =>
  pipelineOf(method)!({}, new CallResponse(undefined), new Call(ctx, raw, schema));

describe('CallResponse', () => {
  it('has locals, which enhancers may replace as those of Express', () => {
    const response = new CallResponse(undefined);
    response.locals['user'] = 'ada';
    expect(response.locals).toEqual({ user: 'ada' });
    response.locals = { user: 'bob' };
    expect(response.locals).toEqual({ user: 'bob' });
  });
});

describe('plainPipeline()', () => {
  it('passes each parameter where it belongs, and returns at once what the method returns', () => {
    expect(run('both', { city: 'Oslo' })).toEqual([tools, ctx, { city: 'Oslo' }]);
    expect(run('field', { city: 'Oslo' })).toBe('Oslo');
    expect(run('nothing', {})).toBe('nothing');
  });

  it('passes undefined where no decorator is, and what the outermost of several decorators says, as Nest does', () => {
    expect(run('second', { city: 'Oslo' })).toEqual([undefined, { city: 'Oslo' }]);
    expect(run('twice', { city: 'Oslo' })).toBe(ctx);
  });

  it('waits for a promise', async () => {
    expect(await run('later', { city: 'Oslo' })).toBe('Oslo');
  });

  it('calls the method with valid arguments only, however long their validation takes', async () => {
    const fits = { validate: () => ({ ok: true, value: { city: 'Rome' } }) } as unknown as CompiledSchema;
    const later = { validate: async () => ({ ok: true, value: { city: 'Rome' } }) } as unknown as CompiledSchema;
    const fails = { validate: () => ({ ok: false, issues: [] }) } as unknown as CompiledSchema;
    expect(run('field', { city: 'Oslo' }, fits)).toBe('Rome');
    expect(await run('field', { city: 'Oslo' }, later)).toBe('Rome');
    expect(() => run('field', { city: 'Oslo' }, fails)).toThrow();
  });

  it('leaves to Nest a custom parameter, and a field where pipes of the application would see it', () => {
    expect(pipelineOf('custom')).toBeUndefined();
    expect(pipelineOf('field', true)).toBeUndefined();
    expect(pipelineOf('both', true)).toBeDefined();
  });
});

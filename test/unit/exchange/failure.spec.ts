import { BadRequestException, ForbiddenException, HttpException, NotFoundException, type Logger } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { CancelledError } from '../../../lib/exchange/exchange.js';
import {
  maskUnexpected,
  reportUnexpected,
  resourceFailure,
  toMcpError,
  toolFailure,
  UnexpectedError,
} from '../../../lib/exchange/failure.js';
import { InvalidArgumentsError } from '../../../lib/exchange/invalid-arguments.js';
import { McpError, ResourceNotFoundError, ToolError } from '../../../lib/protocol/errors.js';

const CANARY = 'canary';

function keepLog() {
  const lines: string[] = [];
  return { lines, logger: { error: (...words: unknown[]) => lines.push(words.join(' ')) } as unknown as Logger };
}

const invalid = new InvalidArgumentsError([
  { path: 'a.b', message: 'must be a string' },
  { path: '', message: 'is too large' },
]);

describe('errors that are meant for the client', () => {
  it.each([
    [new McpError(5, 'five', { data: 1 }), { code: 5, message: 'five', data: 1 }],
    [new ToolError('tool'), { code: -32603, message: 'tool' }],
    [new BadRequestException(['a', 'b']), { code: -32602, message: 'a\nb' }],
    [new HttpException({ error: 'own body' }, 418), { code: 418, message: 'Http Exception' }],
    [new HttpException('down', 502), { code: -32603, message: 'down' }],
    [
      invalid,
      {
        code: -32602,
        message: 'a.b: must be a string\nis too large',
        data: { issues: invalid.issues },
      },
    ],
  ])('client error %# reaches the client unchanged and is not logged', (error, wire) => {
    const { lines, logger } = keepLog();
    expect(maskUnexpected(error, logger, 'x')).toBe(error);
    reportUnexpected(error, logger, 'x');
    expect(lines).toEqual([]);
    expect(toMcpError(error).toJSON()).toEqual(wire);
  });
});

describe('unexpected errors', () => {
  it.each([
    new Error(CANARY),
    new TypeError(CANARY),
    CANARY,
    { message: CANARY, code: 1 },
    undefined,
    null,
    Symbol(CANARY),
  ])('unexpected error %# is logged once and hidden from the client', (error) => {
    const { lines, logger } = keepLog();
    const masked = maskUnexpected(error, logger, 'Tools.crash');
    reportUnexpected(masked, logger, 'again');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^Tools\.crash failed/);
    expect(masked).toBeInstanceOf(UnexpectedError);
    expect(JSON.stringify(toMcpError(masked))).toBe('{"code":-32603,"message":"Internal error"}');
    expect(JSON.stringify(toMcpError(error))).not.toContain(CANARY);
    expect(toolFailure(masked)).toEqual({ content: [{ type: 'text', text: 'Internal error' }], isError: true });
    expect(JSON.stringify(toolFailure(error))).not.toContain(CANARY);
  });

  it('an unexpected error is logged with its causes, even if these are circular', () => {
    const { lines, logger } = keepLog();
    const inner = new Error('inner');
    const outer = new Error('outer', { cause: inner });
    maskUnexpected(outer, logger, 'x');
    expect(lines[0]).toMatch(/outer[^]*Caused by: Error: inner/);
    inner.cause = outer;
    expect(() => maskUnexpected(outer, logger, 'x')).not.toThrow();
  });
});

describe('toolFailure()', () => {
  it('toolFailure() rethrows refusals of the caller as protocol errors', () => {
    expect(() => toolFailure(new ForbiddenException('no'))).toThrow(McpError);
    expect(() => toolFailure(new McpError(1, 'x'))).toThrow('x');
    expect(() => toolFailure(new CancelledError('x'))).toThrow(CancelledError);
  });
});

describe('resourceFailure()', () => {
  it('resourceFailure() turns a NotFoundException into ResourceNotFoundError and keeps any other error', () => {
    expect(resourceFailure(new NotFoundException(), 'a://b')).toBeInstanceOf(ResourceNotFoundError);
    const other = new Error('x');
    expect(resourceFailure(other, 'a://b')).toBe(other);
  });
});

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

describe('an error that was meant for the client', () => {
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
  ])('%# goes on as it is and is not logged', (error, wire) => {
    const { lines, logger } = keepLog();
    expect(maskUnexpected(error, logger, 'x')).toBe(error);
    reportUnexpected(error, logger, 'x');
    expect(lines).toEqual([]);
    expect(toMcpError(error).toJSON()).toEqual(wire);
  });
});

describe('any other error', () => {
  it.each([
    new Error(CANARY),
    new TypeError(CANARY),
    CANARY,
    { message: CANARY, code: 1 },
    undefined,
    null,
    Symbol(CANARY),
  ])('%# is logged once and hidden', (error) => {
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

  it('is logged with its causes, also when they go round in a circle', () => {
    const { lines, logger } = keepLog();
    const inner = new Error('inner');
    const outer = new Error('outer', { cause: inner });
    maskUnexpected(outer, logger, 'x');
    expect(lines[0]).toMatch(/outer[^]*Caused by: Error: inner/);
    inner.cause = outer;
    expect(() => maskUnexpected(outer, logger, 'x')).not.toThrow();
  });
});

describe('a tool', () => {
  it('leaves the refusal of its caller to the protocol', () => {
    expect(() => toolFailure(new ForbiddenException('no'))).toThrow(McpError);
    expect(() => toolFailure(new McpError(1, 'x'))).toThrow('x');
    expect(() => toolFailure(new CancelledError('x'))).toThrow(CancelledError);
  });
});

describe('a resource', () => {
  it('that answers 404 is not there; any other error stays', () => {
    expect(resourceFailure(new NotFoundException(), 'a://b')).toBeInstanceOf(ResourceNotFoundError);
    const other = new Error('x');
    expect(resourceFailure(other, 'a://b')).toBe(other);
  });
});

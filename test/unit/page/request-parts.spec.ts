import { describe, expect, it } from 'vitest';
import { clientConfiguration, curlOf } from '../../../inspector/src/mcp/curl.js';
import { encodeHeader, parameterHeaders } from '../../../inspector/src/mcp/header-value.js';
import { niceScale, pathOf } from '../../../inspector/src/parts/plot-scale.js';
import { bytes, duration } from '../../../inspector/src/parts/format.js';
import { identityOf } from '../../../inspector/src/state/identity.js';
import { decodeHeaderValue } from '../../../lib/protocol/header-values.js';

describe('values in headers', () => {
  it.each(['Oslo', 'a b', '', ' a', 'a ', 'Zürich', '雪', 'a\nb', '=?base64?QQ==?=', '=?BASE64?QQ==?='])(
    'the server reads %j as it was',
    (value) => {
      expect(decodeHeaderValue(encodeHeader(value))).toBe(value);
      expect(encodeHeader(value)).toMatch(/^[\x20-\x7e]*$/);
    },
  );

  it('arguments that the schema wants in headers are there, and no others', () => {
    const text = { type: 'string', 'x-mcp-header': 'Region' };
    const schema = {
      properties: { region: text, plain: { type: 'string' }, deep: { properties: { n: { 'x-mcp-header': 'N' } } } },
    };
    expect(parameterHeaders(schema, { region: 'süd', plain: 'x', deep: { n: 5 } })).toEqual({
      'mcp-param-region': encodeHeader('süd'),
      'mcp-param-n': '5',
    });
    expect(parameterHeaders(schema, { region: null })).toEqual({});
    expect(parameterHeaders(undefined, undefined)).toEqual({});
  });
});

describe('what is copied', () => {
  const identity = { authorization: 'Bearer secret', 'x-tenant': "o'neill" };

  it('a command has everything but secrets, and is safe in a shell', () => {
    const command = curlOf(
      'http://127.0.0.1:3000/mcp',
      { headers: { 'mcp-method': 'ping' }, body: { it: "'s" } },
      identity,
    );
    expect(command).not.toContain('secret');
    expect(command).toContain('-H "authorization: $AUTHORIZATION"');
    expect(command).toContain(`-H 'x-tenant: o'\\''neill'`);
    expect(command).toContain(`-d '{"it":"'\\''s"}'`);
  });

  it('a configuration has the URL, and no secret', () => {
    const parsed = JSON.parse(clientConfiguration('weather', 'http://127.0.0.1/mcp', identity)) as object;
    expect(parsed).toEqual({
      mcpServers: {
        weather: {
          type: 'http',
          url: 'http://127.0.0.1/mcp',
          headers: { authorization: '${AUTHORIZATION}', 'x-tenant': "o'neill" },
        },
      },
    });
    expect(clientConfiguration('weather', 'http://x', {}, 'servers')).not.toContain('headers');
  });
});

describe('who asks', () => {
  it.each(['abc', ' abc ', 'Bearer abc', 'bearer  abc'])('the token "%s" is sent once as a bearer token', (token) => {
    expect(identityOf(token, '')).toEqual({ headers: { authorization: 'Bearer abc' } });
  });

  it('further headers are lines', () => {
    expect(identityOf('', 'X-Tenant: a: b\n\n x-role:admin ')).toEqual({
      headers: { 'x-tenant': 'a: b', 'x-role': 'admin' },
    });
  });

  it.each(['no colon', ': x', 'a b: c'])('"%s" is not a header', (line) => {
    expect(identityOf('', line).problem).toContain('is not a header');
  });
});

describe('figures for people', () => {
  it.each([
    [0, '0 ms'],
    [0.25, '0.25 ms'],
    [3.14, '3.1 ms'],
    [999, '999 ms'],
    [1500, '1.5 s'],
    [120_000, '2 min'],
    [7_200_000, '2 h'],
    [864_000_000, '10 d'],
  ])('%d ms are %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1500, '1.5 kB'],
    [123_456_789, '123 MB'],
  ])('%d bytes are %s', (count, text) => {
    expect(bytes(count)).toBe(text);
  });

  it.each([0, 0.3, 1, 7, 10, 99, 101, 12_345])('a scale for %d has round ticks up to it, and not many', (value) => {
    const { top, ticks } = niceScale(value);
    expect(top).toBeGreaterThanOrEqual(value);
    expect(ticks.length).toBeLessThanOrEqual(6);
    expect([ticks[0], ticks.at(-1)]).toEqual([0, top]);
  });

  it('a line is interrupted where there is no value', () => {
    expect(
      pathOf([
        [0, 1],
        [1, 2],
        [2, undefined],
        [3, 4],
      ]),
    ).toBe('M0.0 1.0L1.0 2.0M3.0 4.0');
  });
});

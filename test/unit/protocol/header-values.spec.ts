import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { BAD_SENTINEL, decodeHeaderValue, headerEquals } from '../../../lib/protocol/header-values.js';

const code = (text: string) => `=?base64?${Buffer.from(text).toString('base64')}?=`;

describe('header values of Mcp-Name and Mcp-Param-*', () => {
  it.each([
    ['B-1 a literal', 'plain', 'plain'],
    ['B-1 capitals in the marker', '=?Base64?eA==?=', '=?Base64?eA==?='],
    ['B-1 no prefix', 'base64?eA==?=', 'base64?eA==?='],
    ['B-1 no suffix', '=?base64?eA==', '=?base64?eA=='],
    ['B-1 prefix and suffix that overlap', '=?base64?=', '=?base64?='],
    ['B-4 coded empty text', '=?base64??=', ''],
    ['B-4 an empty header', '', ''],
    ['B-5 coded without need', code('plain'), 'plain'],
    ['B-2 not ASCII', code('Zürich ☂'), 'Zürich ☂'],
    ['B-2 blanks at the ends', code('  x\t'), '  x\t'],
    ['B-2 line breaks', code('a\r\nb'), 'a\r\nb'],
    ['B-2 what looks like a sentinel', code('=?base64?eA==?='), '=?base64?eA==?='],
    ['H-7 blanks around a literal', ' \t plain \t', 'plain'],
    ['a byte order mark is part of the text', code('\uFEFFx'), '\uFEFFx'],
  ])('%s: decodes the header value', (_rule, header, text) => {
    expect(decodeHeaderValue(header)).toBe(text);
  });

  it.each([
    ['B-3 wrong padding', '=?base64?eA=?='],
    ['B-3 no padding', '=?base64?eA?='],
    ['B-3 bits beyond the end', '=?base64?eB==?='],
    ['B-3 letters of another alphabet', '=?base64?-_-_?='],
    ['B-3 a blank inside', '=?base64?eA= =?='],
    ['B-3 no UTF-8', '=?base64?/w==?='],
    ['B-3 a coded surrogate', '=?base64?7aCA?='],
    ['X-7 Latin-1 that had to be coded', 'Z\u00fcrich'],
    ['X-7 a no-break space, which no proxy strips', '\u00a0plain'],
    ['X-7 a control character', 'a\u0001b'],
    ['X-7 DEL', 'a\u007fb'],
  ])('%s: refuses the header value', (_rule, header) => {
    expect(decodeHeaderValue(header)).toBe(BAD_SENTINEL);
  });

  it('B-2 any well-formed text survives encoding and decoding', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(decodeHeaderValue(code(text))).toBe(text);
      }),
    );
  });

  it.each([
    ['text', 'text', true],
    ['Text', 'text', false],
    ['', '', true],
    ['true', true, true],
    ['True', true, false],
    ['1', true, false],
    ['42', 42, true],
    ['42.0', 42, true],
    ['-7', -7, true],
    ['007', 7, true],
    ['42.5', 42, false],
    ['', 0, false],
    ['0x2a', 42, false],
    ['4.2e1', 42, false],
    [' 42', 42, false],
    ['9007199254740993', 9007199254740992, false],
    ['text', undefined, false],
    ['[object Object]', {}, false],
  ])('X-6 comparing the header "%s" with the argument %s returns %s', (header, value, equal) => {
    expect(headerEquals(header, value)).toBe(equal);
  });
});

import { describe, expect, it } from 'vitest';
import * as library from 'nestjs-mcp-fleet';
import { LegacyCode } from '../../../lib/transport/http/refuse.js';
import { codeOf, read, rowsOf } from './documents.js';

const document = read('docs/errors.md');
const section = (title: string): string[][] =>
  rowsOf(document.split(/^## /m).find((part) => part.startsWith(title)) ?? '');
const codes = section('Codes on the wire');
const classes = section('Classes');
const documentedCodes = codes.flatMap(([first, second]) => {
  const code = codeOf(first);
  return code !== undefined && /^-\d+$/.test(code) ? [{ code: Number(code), name: codeOf(second) }] : [];
});
const documentedClasses = classes.flatMap(([first]) => {
  const name = codeOf(first);
  return name === undefined ? [] : [name];
});

describe('docs/errors.md', () => {
  it('docs/errors.md lists every code, and no other', () => {
    const own = Object.entries(library.ErrorCode).map(([name, code]) => ({ code, name }));
    const legacy = Object.values(LegacyCode).map((code) => ({ code, name: undefined }));
    expect(sorted(documentedCodes.map((entry) => JSON.stringify(entry)))).toEqual(
      sorted([...own, ...legacy].map(({ code, name }) => JSON.stringify({ code, name }))),
    );
  });

  it('docs/errors.md lists every exported error class once, and no other', () => {
    const exported = Object.entries(library).flatMap(([name, value]) =>
      typeof value === 'function' && value.prototype instanceof Error ? [name] : [],
    );
    expect(sorted(documentedClasses)).toEqual(sorted(exported));
  });

  it('docs/errors.md gives each code and class a cause and a cure', () => {
    for (const row of [...codes, ...classes]) {
      const first = codeOf(row[0]);
      if (first === undefined || !/^-\d+$|^[A-Z]\w+Error$/.test(first)) continue;
      expect(
        row.slice(1).every((cell) => cell !== ''),
        row.join(' | '),
      ).toBe(true);
    }
  });
});

const sorted = (names: readonly string[]): string[] => [...names].sort();

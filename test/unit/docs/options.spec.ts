import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { resolveOptions } from '../../../lib/options/resolve-options.js';
import { codeOf, read, ROOT, rowsOf } from './documents.js';

const FOLDERS = ['lib/options', 'lib/auth', 'lib/extensions/skills'];
const sources = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ts.createSourceFile(name, read(`${folder}/${name}`), ts.ScriptTarget.ES2023, true)),
);

/** Names of an interface's members, `true` for those that must be given. */
function membersOf(name: string): Map<string, boolean> {
  const found = sources
    .flatMap(({ statements }) => [...statements])
    .find((one) => ts.isInterfaceDeclaration(one) && one.name.text === name);
  const members = (found as ts.InterfaceDeclaration).members.filter(ts.isPropertySignature);
  return new Map(members.map((member) => [(member.name as ts.Identifier).text, member.questionToken === undefined]));
}

const options = membersOf('McpOptions');
/** The options that are objects, and the interfaces of these. */
const NESTED = {
  requestState: 'RequestStateOptions',
  audit: 'McpAuditOptions',
  telemetry: 'McpTelemetryOptions',
  auth: 'AuthOptions',
  skills: 'McpSkillDirectory',
};
const nested = Object.entries(NESTED).flatMap(([option, type]) =>
  [...membersOf(type).keys()].map((name) => `${option}.${name}`),
);
const extras = membersOf('McpModuleExtras');
const defaults: Record<string, unknown> = { ...resolveOptions({ name: 'x', version: '1' }) };

/** Rows `| name | default | unit | meaning |`. */
const rows = rowsOf(read('docs/options.md')).flatMap(([first, fallback, unit, meaning]) => {
  const name = codeOf(first);
  return name === undefined ? [] : [{ name, fallback: fallback!, unit: unit!, meaning: meaning! }];
});

describe('docs/options.md', () => {
  it('docs/options.md lists every option once, and no other', () => {
    expect(rows.map(({ name }) => name).sort()).toEqual([...options.keys(), ...nested, ...extras.keys()].sort());
  });

  // The defaults of nested options are not part of the resolved ones.
  it.each(rows.filter(({ name }) => !nested.includes(name)))(
    'tells the default of $name',
    ({ name, fallback, meaning }) => {
      expect(meaning).not.toBe('');
      if (options.get(name)) return expect(fallback).toBe('required');
      if (!(name in defaults)) return expect(fallback).toBe('none');
      expect(/^`([^`]+)`/.exec(fallback)?.[1]).toBe(String(defaults[name]));
    },
  );

  it.each(rows.filter(({ name }) => /(Ms|Bytes)$/.test(name)))('tells the unit of $name', ({ name, unit }) => {
    expect(unit).toBe(name.endsWith('Ms') ? 'ms' : 'bytes');
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';
import type { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { resolveIncludes } from '../../../lib/redis/connection/resolve-includes.js';
import { defineScripts, ON_CLUSTER } from '../../../lib/redis/connection/scripts.js';

const SCRIPTS = new URL('../../../lib/redis/scripts/', import.meta.url);
const readScript = (file: string): string => readFileSync(new URL(`${file}.lua`, SCRIPTS), 'utf8');
const files = readdirSync(SCRIPTS, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.lua'))
  .map((file) => file.slice(0, -'.lua'.length))
  .toSorted();
const isInclude = (file: string): boolean => file.startsWith('includes/');

/** The texts of the registered scripts, as a client receives them. */
function registeredTexts(): string[] {
  const texts: string[] = [];
  const client = { defineCommand: (_name: string, { lua }: { lua: string }) => void texts.push(lua) };
  defineScripts(client as unknown as Redis);
  return texts;
}

/** Resolves a script among files that exist only in this test. */
const resolve = (texts: Readonly<Record<string, string>>, file: string): string =>
  resolveIncludes(file, (path) => {
    const text = texts[path];
    if (text === undefined) throw new Error(`No such file: ${path}`);
    return text;
  });

describe('resolveIncludes()', () => {
  it('returns a script without includes unchanged', () => {
    expect(resolve({ 'a/one': 'return 1\n' }, 'a/one')).toBe('return 1\n');
  });

  it('replaces the include line with the included file, below what precedes it', () => {
    const texts = { 'a/one': '-- Header\n--- @include "../b/two"\nreturn two\n', 'b/two': 'local two = 2\n' };
    expect(resolve(texts, 'a/one')).toBe('-- Header\nlocal two = 2\nreturn two\n');
  });

  it('resolves nested includes relative to the file that includes', () => {
    const texts = {
      'a/one': '--- @include "../b/two"\nreturn three\n',
      'b/two': '--- @include "c/three"\nlocal two = 2\n',
      'b/c/three': 'local three = 3\n',
    };
    expect(resolve(texts, 'a/one')).toBe('local three = 3\nlocal two = 2\nreturn three\n');
  });

  it('inserts a file that is included more than once only once, where it is first needed', () => {
    const texts = {
      one: '--- @include "two"\n--- @include "three"\n--- @include "two"\nreturn 1\n',
      two: '--- @include "shared"\nlocal two = 2\n',
      three: '--- @include "shared"\nlocal three = 3\n',
      shared: 'local shared = 0\n',
    };
    const lines = resolve(texts, 'one').split('\n').filter(Boolean);
    expect(lines).toEqual(['local shared = 0', 'local two = 2', 'local three = 3', 'return 1']);
  });

  it('inserts shared files anew for each script', () => {
    const texts = { one: '--- @include "shared"\n', two: '--- @include "shared"\n', shared: 'local shared = 0\n' };
    expect(resolve(texts, 'one')).toBe(resolve(texts, 'two'));
  });

  it('throws an error that names the files when they include each other in a circle', () => {
    const texts = { one: '--- @include "two"\n', two: '--- @include "three"\n', three: '--- @include "two"\n' };
    expect(() => resolve(texts, 'one')).toThrow('Scripts include each other: one → two → three → two');
    expect(() => resolve({ self: '--- @include "self"\n' }, 'self')).toThrow('self → self');
  });

  it('does not take an include that is not at the beginning of a line for one', () => {
    const text = 'return "--- @include \\"two\\"" --- @include "two"\n';
    expect(resolve({ one: text }, 'one')).toBe(text);
  });
});

describe('lib/redis/scripts', () => {
  it.each(files)('%s resolves without leaving an include line', (file) => {
    const text = resolveIncludes(file, readScript);
    expect(text).not.toContain('@include');
  });

  it.each(files.filter((file) => !isInclude(file)))('%s is in the registry', (file) => {
    expect(registeredTexts()).toContain(resolveIncludes(file, readScript));
  });

  it('has as many scripts as the registry', () => {
    expect(registeredTexts()).toHaveLength(files.filter((file) => !isInclude(file)).length);
  });

  it.each(files.filter(isInclude))('%s is included by a script, or instead of another file', (file) => {
    const included = files.flatMap((includer) =>
      [...readScript(includer).matchAll(/^--- @include "([^"]+)"/gm)].map(([, path]) => join(dirname(includer), path!)),
    );
    expect([...included, ...Object.values(ON_CLUSTER)]).toContain(file);
  });

  it.each(files.filter((file) => !isInclude(file)))('%s has a header that describes its input and output', (file) => {
    const header = /^(?:--(?!-).*\n)+/.exec(readScript(file))?.[0] ?? '';
    expect(header).toMatch(
      /^-- [A-Z].*\.\n--\n(?:-- .*\n|--\n)*-- Input:\n(?:-- {3}.*\n)+--\n-- Output:\n(?:-- {3}.*\n)+$/,
    );
    expect(header).toContain('--   KEYS[1]');
  });
});

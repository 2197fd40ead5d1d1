import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { read, ROOT } from './documents.js';

interface Exported {
  readonly name: string;
  readonly file: string;
}

const sourceOf = (from: string, specifier: string): string =>
  relative(ROOT, join(ROOT, dirname(from), specifier)).replace(/\.js$/, '.ts');

/** The names that an entry point exports, with the files that declare them. */
function exportsOf(file: string): Exported[] {
  const text = read(file);
  const named = [...text.matchAll(/export (?:type )?\{([^}]*)\} from '(\.[^']+)'/g)].flatMap(([, names, specifier]) =>
    names!
      .split(',')
      .map((name) => name.trim().replace(/^type /, ''))
      .filter((name) => name !== '')
      .flatMap((name) => declarationOf(name, sourceOf(file, specifier!))),
  );
  const whole = [...text.matchAll(/export \* from '(\.[^']+)'/g)].flatMap(([, specifier]) => {
    const source = sourceOf(file, specifier!);
    return [...exportsOf(source), ...declaredIn(source)];
  });
  return [...named, ...whole];
}

const DECLARATION = (name: string): RegExp =>
  new RegExp(`^export (?:declare )?(?:abstract )?(?:class|interface|type|const|function|enum) ${name}\\b`, 'm');

const declaredIn = (file: string): Exported[] =>
  [...read(file).matchAll(/^export (?:abstract )?(?:class|interface|type|const|function) (\w+)/gm)].map(([, name]) => ({
    name: name!,
    file,
  }));

/** Follows names that a folder's index hands on. */
function declarationOf(name: string, file: string): Exported[] {
  if (DECLARATION(name).test(read(file))) return [{ name, file }];
  return exportsOf(file).filter((one) => one.name === name);
}

/** The docblock right before a declaration. */
function docblockOf({ name, file }: Exported): string {
  const text = read(file);
  const before = text.slice(0, DECLARATION(name).exec(text)!.index);
  return /\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*(?:@\w+\([^)]*\)\s*)?$/.exec(before)?.[0] ?? '';
}

describe.each(['lib/index.ts', 'lib/testing/index.ts'])('the public API of %s', (entry) => {
  const exported = exportsOf(entry);

  it('this test finds the declarations of the public API', () => {
    expect(exported.length).toBeGreaterThan(10);
    expect(exported.every(({ file }) => existsSync(join(ROOT, file)))).toBe(true);
  });

  it('every export has a docblock tagged @publicApi', () => {
    const untagged = exported.filter((one) => !docblockOf(one).includes('@publicApi'));
    expect(untagged.map(({ name, file }) => `${name} in ${file}`)).toEqual([]);
  });
});

describe('comments of lib', () => {
  it('at least twenty docblocks of the public API have an example', () => {
    const files = new Set(['lib/index.ts', 'lib/testing/index.ts'].flatMap(exportsOf).map(({ file }) => file));
    const examples = [...files].reduce((sum, file) => sum + read(file).split('@example').length - 1, 0);
    expect(examples).toBeGreaterThanOrEqual(20);
  });
});

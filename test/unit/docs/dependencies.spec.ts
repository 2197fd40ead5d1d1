import { describe, expect, it } from 'vitest';
import { read, rowsOf } from './documents.js';

const manifest = JSON.parse(read('package.json')) as Record<string, Record<string, unknown>>;
const [, peers = '', development = ''] = read('docs/dependencies.md').split(/^## /m);

/** Packages named in the first column. */
const namedIn = (section: string): string[] =>
  rowsOf(section).flatMap(([first]) => [...first!.matchAll(/`([^`]+)`/g)].map((match) => match[1]!));

describe('docs/dependencies.md', () => {
  it('docs/dependencies.md gives a reason for each peer, and for no other package', () => {
    expect(namedIn(peers).sort()).toEqual(Object.keys(manifest['peerDependencies']!).sort());
  });

  it('docs/dependencies.md says which peers are optional', () => {
    for (const [first, optional] of rowsOf(peers)) {
      const name = /^`(.+)`$/.exec(first!)?.[1];
      if (name !== undefined) expect(optional, name).toBe(name in manifest['peerDependenciesMeta']! ? 'yes' : 'no');
    }
  });

  it('docs/dependencies.md gives a reason for each development dependency, and for no other package', () => {
    expect(namedIn(development).sort()).toEqual(Object.keys(manifest['devDependencies']!).sort());
  });

  it('the package has no other dependencies than docs/dependencies.md says', () => {
    expect(manifest['dependencies']).toBeUndefined();
  });
});

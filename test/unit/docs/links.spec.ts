import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DOCUMENTS, proseOf, read, ROOT } from './documents.js';

interface Link {
  readonly document: string;
  readonly target: string;
}

const links = DOCUMENTS.flatMap((document): Link[] =>
  [...proseOf(read(document)).matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => ({ document, target: match[1]! }))
    .filter(({ target }) => !/^[a-z]+:/.test(target)),
);

/** As GitHub makes them. */
const anchorsOf = (markdown: string): string[] =>
  [...markdown.matchAll(/^#+ (.+)$/gm)].map((match) =>
    match[1]!
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );

describe('links between documents', () => {
  it.each(links)('the link in $document to $target leads somewhere', ({ document, target }) => {
    const [path = '', anchor] = target.split('#');
    const file = path === '' ? document : normalize(join(dirname(document), path));
    expect(existsSync(join(ROOT, file)), `${file} does not exist`).toBe(true);
    if (anchor !== undefined) expect(anchorsOf(read(file))).toContain(anchor);
  });

  it('every document is reached by a link', () => {
    const reached = new Set(
      links.map(({ document, target }) => normalize(join(dirname(document), target.split('#')[0]!))),
    );
    const isEntry = (document: string) => document === 'README.md';
    expect(DOCUMENTS.filter((document) => !isEntry(document) && !reached.has(document))).toEqual([]);
  });
});

describe('docs/life-of-a-message.md', () => {
  const text = read('docs/life-of-a-message.md');

  it('docs/life-of-a-message.md names files that exist', () => {
    const missing: string[] = [];
    let named = 0;
    for (const line of text.split('\n')) {
      // A file without a folder stands in the folder of the one before it on its line, else in lib.
      let folder = '';
      for (const [name] of line.matchAll(/[\w./-]+\.ts\b/g)) {
        named += 1;
        const candidates = [join(folder, name), name].map((path) => join(ROOT, 'lib', path));
        if (!candidates.some(existsSync)) missing.push(name);
        if (name.includes('/')) folder = dirname(name);
      }
    }
    expect(missing).toEqual([]);
    expect(named).toBeGreaterThan(50);
  });
});

describe('CONTRIBUTING.md', () => {
  it('CONTRIBUTING.md maps every folder of lib', () => {
    const files = readdirSync(join(ROOT, 'lib'), { recursive: true, encoding: 'utf8' });
    const folders = new Set(files.filter((file) => /\/.*\.ts$/.test(file)).map((file) => file.split('/')[0]!));
    const map = read('CONTRIBUTING.md');
    expect([...folders].filter((name) => !new RegExp(`^\\| \`${name}[\`/]`, 'm').test(map))).toEqual([]);
  });
});

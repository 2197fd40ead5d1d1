import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../docs/documents.js';

const SOURCES = join(ROOT, 'inspector/src');
/** In layers: a folder imports only itself and those before it. `main.tsx` puts everything together. */
const LAYERS = ['net', 'form', 'mcp', 'api', 'state', 'parts', 'views'];
/** What the page shares with the server: pure code, and the contract between them. */
const SHARED = /^lib\/(protocol\/|schema\/local-ref\.|inspector\/wire\/)/;

const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file))
  .map((file) => ({ file, text: readFileSync(join(SOURCES, file), 'utf8') }));
const folderOf = (file: string): string => (file.includes('/') ? file.split('/')[0]! : 'main');
const imports = files.flatMap(({ file, text }) =>
  [...text.matchAll(/ from '([^']+)'/g)].map(([, to]) => ({ from: file, to: to! })),
);
const inside = imports
  .filter(({ to }) => to.startsWith('.'))
  .map(({ from, to }) => ({ from, to: join('inspector/src', dirname(from), to) }));

describe('the sources of the page', () => {
  it('the page has sources in every layer, and in no other folder', () => {
    expect([...new Set(files.map(({ file }) => folderOf(file)))].sort()).toEqual([...LAYERS, 'main'].sort());
  });

  it('the page imports only downwards', () => {
    const upwards = inside
      .map(({ from, to }) => ({ from, to: relative('inspector/src', to) }))
      .filter(({ from, to }) => !to.startsWith('..') && from !== 'main.tsx')
      .filter(({ from, to }) => LAYERS.indexOf(folderOf(to)) > LAYERS.indexOf(folderOf(from)));
    expect(upwards).toEqual([]);
  });

  it('the page shares only pure code with the server', () => {
    const shared = inside.filter(({ to }) => !to.startsWith('inspector/'));
    expect(shared.length).toBeGreaterThan(5);
    expect(shared.filter(({ to }) => !SHARED.test(to))).toEqual([]);
  });

  it('the page uses no packages but Preact and its signals', () => {
    const packages = imports.filter(({ to }) => !to.startsWith('.')).map(({ to }) => to);
    expect([...new Set(packages)].sort()).toEqual(['@preact/signals', 'preact', 'preact/hooks']);
  });

  it('the page needs nothing that its policy forbids', () => {
    const forbidden = /\bstyle=|dangerouslySetInnerHTML|innerHTML|\beval\(|new Function|javascript:/;
    expect(files.filter(({ text }) => forbidden.test(text)).map(({ file }) => file)).toEqual([]);
    expect(readFileSync(join(ROOT, 'inspector/index.html'), 'utf8')).not.toMatch(
      /<style|style=|<script(?! type="module" src=)/,
    );
  });

  it('no file of the page has more than 300 lines', () => {
    expect(files.filter(({ text }) => text.split('\n').length > 300).map(({ file }) => file)).toEqual([]);
  });
});

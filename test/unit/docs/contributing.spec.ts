import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { codeOf, read, ROOT, rowsOf } from './documents.js';

const document = read('CONTRIBUTING.md');
const sectionOf = (title: string): string =>
  document.split(/^## /m).find((part) => part.startsWith(`${title}\n`)) ?? '';
/** The cells of a table, without its head. */
const tableOf = (title: string): string[][] => rowsOf(sectionOf(title)).slice(2);

describe('the glossary of CONTRIBUTING.md', () => {
  const glossary = tableOf('Glossary');

  it('the glossary explains each word once, in one sentence, with the file that defines it', () => {
    expect(glossary.length).toBeGreaterThanOrEqual(30);
    const words = glossary.map(([word]) => word!);
    expect(words.filter((word, index) => words.indexOf(word) !== index)).toEqual([]);
    for (const [word, meaning, file] of glossary) {
      expect(meaning, word).toMatch(/^[A-Z].*\.$/);
      expect(existsSync(join(ROOT, 'lib', codeOf(file) ?? '?')), `${word} is not in ${file}`).toBe(true);
    }
  });
});

describe('the map of CONTRIBUTING.md', () => {
  const map = tableOf('The map');

  it('the map lists the folders in the order of the layers', () => {
    const table = /MAY_IMPORT[^{]*= \{([\s\S]*?)^\};/m.exec(read('test/unit/house.spec.ts'))![1]!;
    const layers = [...table.matchAll(/^ {2}(\w+):/gm)].map(([, layer]) => (layer === 'root' ? 'mcp.*.ts' : layer));
    expect(map.map(([folder]) => codeOf(folder))).toEqual([...layers, 'index.ts']);
  });

  it('the map names the folders inside of these folders', () => {
    const folders = readdirSync(join(ROOT, 'lib'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.parentPath !== join(ROOT, 'lib'))
      // Those of the scripts are the same as those beside them.
      .filter((entry) => !entry.parentPath.endsWith('/scripts'))
      .map(({ parentPath, name }) => ({ name, layer: parentPath.slice(join(ROOT, 'lib/').length).split('/')[0]! }));
    const unnamed = folders.filter(
      ({ name, layer }) => !map.find(([folder]) => codeOf(folder) === layer)?.[1]?.includes(`\`${name}\``),
    );
    expect(unnamed).toEqual([]);
  });
});

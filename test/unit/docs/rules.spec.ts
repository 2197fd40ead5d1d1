import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { codeOf, read, ROOT, rowsOf } from './documents.js';

const document = read('docs/rules.md');
const rows = rowsOf(document).filter(([first]) => codeOf(first) !== undefined);
const sections = [...document.matchAll(/^#+ (§[\d.]+)/gm)].map((match) => match[1]!);
const entries = [...rows.map(([first]) => codeOf(first)!), ...sections];

const span = (prefix: string, from: string, to: string): string[] =>
  Array.from({ length: Number(to) - Number(from) + 1 }, (_, index) => `${prefix}${Number(from) + index}`);

/** All ids a text cites, those inside a range such as `B-1..B-5` or "rows 13-20" included. */
function citedIn(text: string): Set<string> {
  // A citation may go over the end of a comment's line.
  const prose = text.replace(/\n\s*(?:\*(?!\/)|\/\/|--)?[ \t]*/g, ' ');
  const cited: string[] = [];
  for (const [, prefix, from, to] of prose.matchAll(
    /(?<![\w-])([A-Z]-|TASK-|SEC|[FP])(\d+)\b(?:\.\.\1(\d+)\b)?(?!-\d)/g,
  )) {
    cited.push(...span(prefix!, from!, to ?? from!));
  }
  for (const [, list] of prose.matchAll(/\brows? (\d+(?:-\d+)?(?:(?:,|,? and) \d+(?:-\d+)?)*)/gi)) {
    for (const [, from, to] of list!.matchAll(/(\d+)(?:-(\d+))?/g)) cited.push(...span('row ', from!, to ?? from!));
  }
  // Not the sections of an RFC: these are anybody's to look up.
  for (const [section] of prose.matchAll(/(?<!RFC \d+,? )§\d+(?:\.\d+)*/g)) cited.push(section);
  for (const [, finding] of prose.matchAll(/\bfinding (\d+)/gi)) cited.push(`finding ${finding}`);
  return new Set(cited);
}

/** The comments of a source, and the titles of tests, since `lib/testing` is made of these. */
const commentsOf = (source: string): string =>
  [...source.matchAll(/(?<=^|\s)(?:\/\*[\s\S]*?\*\/|\/\/.*$|--.*$)|\b(?:describe|it)(?:\.\w+)?\(.*$/gm)]
    .map(([text]) => text)
    .join('\n;');

const sourcesIn = (folder: string) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(ts|lua)$/.test(file))
    .map((file) => ({ file: `${folder}/${file}`, text: read(`${folder}/${file}`) }));

const lib = sourcesIn('lib').map(({ file, text }) => ({ file, ids: citedIn(commentsOf(text)) }));
const tests = sourcesIn('test').filter(({ file }) => file !== 'test/unit/docs/rules.spec.ts');

describe('the reader of citations', () => {
  it.each([
    ['/** The one (E-3), and TASK-7. */', ['E-3', 'TASK-7']],
    ['// SEC1 is not S-1; P16', ['SEC1', 'S-1', 'P16']],
    ['/* B-1..B-3 */', ['B-1', 'B-2', 'B-3']],
    ['// rows 21, 24-26 and 28', ['row 21', 'row 24', 'row 25', 'row 26', 'row 28']],
    ['/**\n * Over the end of a line (row\n * 12), see §5.5.\n */', ['row 12', '§5.5']],
    ['const a = 1; // finding 8', ['finding 8']],
    ["  it('ends (F17)', () => {", ['F17']],
    ['// SEP-2260, CVE-2026-0621, RFC 9110 §5.5, AES-256, UTF-8, 2026-07-28', []],
    ["const key = 'S3', url = 'https://example.com/F2'", []],
  ])('the reader of citations finds in %j what is cited there', (source, ids) => {
    expect([...citedIn(commentsOf(source))].sort()).toEqual([...ids].sort());
  });
});

describe('docs/rules.md', () => {
  it('docs/rules.md has an entry for every id that lib cites', () => {
    const missing = lib.flatMap(({ file, ids }) =>
      [...ids].filter((id) => !entries.includes(id)).map((id) => `${id} in ${file}`),
    );
    expect(missing).toEqual([]);
  });

  it('docs/rules.md has no entry that nothing cites', () => {
    const cited = new Set([...lib.flatMap(({ ids }) => [...ids]), ...tests.flatMap(({ text }) => [...citedIn(text)])]);
    expect(entries.filter((id) => !cited.has(id))).toEqual([]);
  });

  it('docs/rules.md has each entry once', () => {
    expect(entries.filter((id, index) => entries.indexOf(id) !== index)).toEqual([]);
  });

  it('docs/rules.md gives each entry a rule and a source', () => {
    const empty = rows.filter((cells) => cells.length !== 3 || cells.includes(''));
    expect(empty.map(([first]) => first)).toEqual([]);
    const bare = document.split(/^(?=#+ )/m).filter((part) => /^#+ §/.test(part) && !/^Source: \S/m.test(part));
    expect(bare.map((part) => part.split('\n', 1)[0])).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { findSkills } from '../../../../lib/extensions/skills/found-skills.js';
import { type SkillFile, skillFile } from '../../../../lib/extensions/skills/skill-file.js';
import { isPath, isSkillName, skillUri } from '../../../../lib/extensions/skills/skill-path.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const named = ({ content }: SkillFile) => ({ name: String(content), description: 'x' });
const files = (all: Record<string, string>) =>
  new Map(Object.entries(all).map(([path, content]) => [path, skillFile(path, bytes(content))]));
const found = (all: Record<string, string>) => findSkills(files(all), named);

describe('the skills among files', () => {
  it('a skill has every file in its folder, and what belongs to none is left out', () => {
    const skills = found({ 'a/b/SKILL.md': 'b', 'a/b/x/y.md': '', 'README.md': '', 'a/other.md': '', 'a/bb/z.md': '' });
    expect(skills.map(({ path, root, files: own }) => ({ path, root, own: [...own.keys()] }))).toEqual([
      { path: 'a/b', root: 'a/b', own: ['a/b/SKILL.md', 'a/b/x/y.md'] },
    ]);
  });

  it('a skill in a skill is one of its own, and its files are also those of the one around it', () => {
    const skills = found({ 'a/SKILL.md': 'a', 'a/in/b/SKILL.md': 'b', 'a/in/b/x.md': '' });
    expect(skills.map(({ path, root, files: own }) => ({ path, root, own: [...own.keys()] }))).toEqual([
      { path: 'a', root: 'a', own: ['a/SKILL.md', 'a/in/b/SKILL.md', 'a/in/b/x.md'] },
      { path: 'a/in/b', root: 'a', own: ['a/in/b/SKILL.md', 'a/in/b/x.md'] },
    ]);
  });

  it.each([
    ['another name than its folder', { 'a/SKILL.md': 'b' }, 'its name "b" must be that of its folder, "a"'],
    ['capitals in its name', { 'A/SKILL.md': 'A' }, 'must be 1 to 64 small letters'],
    ['no folder', { 'SKILL.md': 'x' }, 'The directory is a skill itself'],
    [
      '513 files',
      { 'a/SKILL.md': 'a', ...Object.fromEntries(Array.from({ length: 512 }, (_, i) => [`a/${i}.md`, ''])) },
      'it has 513 files, and hosts take 512',
    ],
  ])('a skill with %s is refused', (_title, all, reason) => {
    expect(() => found(all as Record<string, string>)).toThrow(reason);
  });

  it('a skill of more than 16 MiB is refused', () => {
    const half = 'x'.repeat(8 * 1024 * 1024);
    expect(() => found({ 'a/SKILL.md': 'a', 'a/1.md': half, 'a/2.md': half })).toThrow('hosts take 16777216');
  });

  it('many files in deep folders are sorted out in a moment', () => {
    const deep = Array.from({ length: 15 }, (_, i) => `d${i}`).join('/');
    const all = Array.from({ length: 10_000 }, (_, i) => [`s${i % 1000}/${deep}/${i}.md`, ''] as const);
    const manifests = Array.from({ length: 1000 }, (_, i) => [`s${i}/SKILL.md`, `s${i}`] as const);
    const begun = performance.now();
    expect(found(Object.fromEntries([...all, ...manifests]))).toHaveLength(1000);
    expect(performance.now() - begun).toBeLessThan(2000);
  });
});

describe('paths and names', () => {
  it.each(['a', 'a1', 'git-workflow', 'x'.repeat(64)])('"%s" is a name', (name) =>
    expect(isSkillName(name)).toBe(true),
  );
  it.each(['', 'A', 'a_b', '-a', 'a-', 'a--b', 'a b', 'é', 'x'.repeat(65), 7, undefined])('%j is no name', (name) =>
    expect(isSkillName(name)).toBe(false),
  );
  it.each(['a', 'a/b.md', 'Größe/x y', '…', 'a..b'])('"%s" is a path', (path) => expect(isPath(path)).toBe(true));
  it.each(['', '/a', 'a/', 'a//b', '..', 'a/../b', './a', 'a\\b', 'a\0b', '\ud800', 7])('%j is no path', (path) =>
    expect(isPath(path)).toBe(false),
  );
  it('each segment of a URI is encoded', () =>
    expect(skillUri('acme/a b/?#%.md')).toBe('skill://acme/a%20b/%3F%23%25.md'));
});

describe('one file', () => {
  it('the digest and the size are those of its bytes', () => {
    const { digest, size } = skillFile('x.md', bytes('é\r\n'));
    expect({ digest, size }).toEqual({
      digest: 'sha256:64da669b12bbeda0ca8f2840891bd8834e5b8206f24c7703e20ac1d472612b0e',
      size: 4,
    });
  });

  it.each([
    ['text', bytes('\uFEFFtext'), 'x.md', 'text/markdown', '\uFEFFtext'],
    ['text of an unknown kind', bytes('text'), 'Makefile', 'text/plain', 'text'],
    ['bytes that are not UTF-8', Uint8Array.of(0xff, 0xfe), 'x.bin', 'application/octet-stream', undefined],
    ['bytes with a NUL', Uint8Array.of(65, 0), 'x.png', 'image/png', undefined],
  ])('%s is served as what it is', (_title, content, path, mimeType, text) => {
    const file = skillFile(path, content);
    expect(file.mimeType).toBe(mimeType);
    expect(file.content).toEqual(text ?? content);
  });
});

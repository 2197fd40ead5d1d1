import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DirectoryFiles } from '../../../../lib/extensions/skills/directory-files.js';

const MiB = 1024 * 1024;

let root: string;
let outside: string;
beforeEach(async () => {
  const base = await mkdtemp(join(tmpdir(), 'skills-'));
  root = join(base, 'skills');
  outside = join(base, 'outside');
  await Promise.all([mkdir(root), mkdir(outside)]);
});
afterEach(() => rm(dirname(root), { recursive: true, force: true }));

async function put(files: Record<string, string | Uint8Array>, folder = root): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}

const reader = (maxBytes = 64 * MiB, prefix = '') => new DirectoryFiles(root, prefix, maxBytes);
const paths = async (files = reader()) => [...(await files.read()).keys()].sort();

describe('the files of a directory', () => {
  it('the files of skills are found, with the prefix before their paths', async () => {
    await put({ 'a/SKILL.md': 'a', 'a/x/y.md': 'y', 'b/c/SKILL.md': 'c', 'README.md': 'r', 'b/no.md': 'n' });
    expect(await paths()).toEqual(['a/SKILL.md', 'a/x/y.md', 'b/c/SKILL.md']);
    expect(await paths(reader(MiB, 'acme/x'))).toEqual(['acme/x/a/SKILL.md', 'acme/x/a/x/y.md', 'acme/x/b/c/SKILL.md']);
  });

  it('what begins with a dot is left out', async () => {
    await put({ 'a/SKILL.md': 'a', 'a/.env': 'SECRET', '.git/SKILL.md': 'x', 'a/.x/y.md': 'y' });
    expect(await paths()).toEqual(['a/SKILL.md']);
  });

  it('a directory that does not exist is an error', async () => {
    await expect(new DirectoryFiles(join(root, 'no'), '', MiB).read()).rejects.toThrow('ENOENT');
  });

  it('links that stay in the directory are followed, as those of a mounted volume', async () => {
    await put({ '..2026_01/refunds/SKILL.md': 'refunds' });
    await symlink('..2026_01', join(root, '..data'));
    await symlink(join('..data', 'refunds'), join(root, 'refunds'));
    expect(await paths()).toEqual(['refunds/SKILL.md']);
  });

  it.each([
    ['a file', 'secret.txt', 'a/secret.md'],
    ['a folder', '.', 'a/folder'],
  ])('a link to %s outside is refused', async (_title, target, link) => {
    await put({ 'a/SKILL.md': 'a' });
    await put({ 'secret.txt': 'SECRET' }, outside);
    await symlink(join(outside, target), join(root, link));
    await expect(reader().read()).rejects.toThrow(`"${link}" is a link that leads out of the directory.`);
  });

  it('a link to a directory whose name begins like this one is refused', async () => {
    await put({ 'a/SKILL.md': 'a' });
    await put({ 'secret.md': 'SECRET' }, `${root}-other`);
    await symlink(`${root}-other`, join(root, 'a/other'));
    await expect(reader().read()).rejects.toThrow('leads out of the directory');
  });

  it('a link to a folder around it is refused', async () => {
    await put({ 'a/SKILL.md': 'a' });
    await symlink('..', join(root, 'a/up'));
    await expect(reader().read()).rejects.toThrow(/leads out of the directory|a folder around it/);
    await rm(join(root, 'a/up'));
    await mkdir(join(root, 'a/b'));
    await symlink('..', join(root, 'a/b/up'));
    await expect(reader().read()).rejects.toThrow('"a/b/up" is a link to a folder around it.');
  });

  it('a link that leads nowhere is an error', async () => {
    await put({ 'a/SKILL.md': 'a' });
    await symlink('nowhere', join(root, 'a/x.md'));
    await expect(reader().read()).rejects.toThrow('ENOENT');
  });

  it('a pipe is no file, and holds nothing up', async () => {
    await put({ 'a/SKILL.md': 'a' });
    execFileSync('mkfifo', [join(root, 'a/pipe')]);
    expect(await paths()).toEqual(['a/SKILL.md']);
  });

  it('the bytes of one file and of all files are bounded', async () => {
    await put({ 'a/SKILL.md': 'a', 'a/1.bin': Buffer.alloc(MiB), 'b/SKILL.md': 'b', 'b/1.bin': Buffer.alloc(MiB) });
    await expect(reader(1.5 * MiB).read()).rejects.toThrow('more than 1572864 bytes together');
    expect(await paths(reader(2.5 * MiB))).toHaveLength(4);
    await put({ 'a/2.bin': Buffer.alloc(16 * MiB + 1) });
    await expect(reader().read()).rejects.toThrow('"a/2.bin" has 16777217 bytes, and hosts take 16777216.');
  });

  it('what belongs to no skill is not read, however large', async () => {
    await put({ 'a/SKILL.md': 'a', 'dump.bin': Buffer.alloc(17 * MiB) });
    expect(await paths(reader(MiB))).toEqual(['a/SKILL.md']);
  });

  it('the depth and the number of files and folders are bounded', async () => {
    await put({ [`a/${'d/'.repeat(16)}x.md`]: 'x' });
    await expect(reader().read()).rejects.toThrow('more than 16 folders deep');
    await rm(join(root, 'a'), { recursive: true });
    await mkdir(join(root, 'many'));
    await Promise.all(Array.from({ length: 10_001 }, (_, i) => writeFile(join(root, 'many', `${i}`), '')));
    await expect(reader().read()).rejects.toThrow('more than 10000 files and folders');
  });

  it('a file is read again only if it has changed', async () => {
    await put({ 'a/SKILL.md': 'a', 'a/x.md': 'one' });
    const files = reader();
    const first = await files.read();
    const second = await files.read();
    for (const [path, file] of second) expect(file).toBe(first.get(path));
    await put({ 'a/x.md': 'two' });
    const third = await files.read();
    expect(third.get('a/SKILL.md')).toBe(first.get('a/SKILL.md'));
    expect(third.get('a/x.md')!.content).toBe('two');
    await utimes(join(root, 'a/x.md'), 1, 1);
    expect((await files.read()).get('a/x.md')!.digest).toBe(third.get('a/x.md')!.digest);
    await rm(join(root, 'a/x.md'));
    expect(await paths(files)).toEqual(['a/SKILL.md']);
  });
});

import type { BigIntStats } from 'node:fs';
import { constants, type FileHandle, lstat, open, opendir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { MAX_BYTES, skillFolders, skillsAround } from './found-skills.js';
import { type SkillFile, skillFile } from './skill-file.js';
import { isPath } from './skill-path.js';

/** Files and folders that are looked at in one directory. */
const MAX_ENTRIES = 10_000;
/** Folders in folders. */
const MAX_DEPTH = 16;

interface Entry {
  /** Where it really is. */
  readonly target: string;
  readonly stats: BigIntStats;
}

interface Known {
  readonly state: string;
  readonly file: SkillFile;
}

/**
 * The files of the skills in a directory. A file is read and its digest computed again only if it has changed.
 *
 * Links are followed as long as they stay in the directory, as those of mounted volumes do. What begins with a dot is
 * left out, and so is what belongs to no skill.
 */
export class DirectoryFiles {
  #known = new Map<string, Known>();

  /**
   * @param directory the folder with the folders of the skills
   * @param prefix stands before the paths of its files; empty for none
   * @param maxBytes of all its files together
   */
  constructor(
    private readonly directory: string,
    private readonly prefix: string,
    private readonly maxBytes: number,
  ) {}

  /** @throws Error if the directory cannot be read, is too large, or has a link that leads out of it */
  async read(): Promise<ReadonlyMap<string, SkillFile>> {
    const root = await realpath(this.directory);
    const entries = new Map<string, Entry>();
    await this.#list({ root, entries, seen: { count: 0 } }, root, this.prefix, [root]);
    const folders = skillFolders(entries.keys());
    const known = new Map<string, Known>();
    let bytes = 0;
    for (const [path, entry] of entries) {
      if (skillsAround(path, folders).length === 0 && !folders.has('')) continue;
      const { size } = entry.stats;
      if (size > MAX_BYTES) throw new Error(`"${path}" has ${size} bytes, and hosts take ${MAX_BYTES}.`);
      bytes += Number(size);
      if (bytes > this.maxBytes) {
        throw new Error(
          `The skills have more than ${this.maxBytes} bytes together; see the option "maxBytes" of "skills".`,
        );
      }
      known.set(path, await this.#load(path, entry));
    }
    this.#known = known;
    return new Map([...known].map(([path, { file }]) => [path, file]));
  }

  async #list(walk: Walk, folder: string, path: string, above: readonly string[]): Promise<void> {
    if (above.length > MAX_DEPTH) throw new Error(`"${path}" is more than ${MAX_DEPTH} folders deep.`);
    for await (const { name } of await opendir(folder)) {
      if (name.startsWith('.')) continue;
      if (++walk.seen.count > MAX_ENTRIES) throw new Error(`There are more than ${MAX_ENTRIES} files and folders.`);
      const inner = path === '' ? name : `${path}/${name}`;
      if (!isPath(inner)) throw new Error(`${JSON.stringify(inner)} has a name that cannot be in a URI.`);
      const { target, stats } = await located(join(folder, name), walk.root, inner);
      if (stats.isFile()) walk.entries.set(inner, { target, stats });
      else if (stats.isDirectory()) {
        if (above.includes(target)) throw new Error(`"${inner}" is a link to a folder around it.`);
        await this.#list(walk, target, inner, [...above, target]);
      }
    }
  }

  async #load(path: string, { target, stats }: Entry): Promise<Known> {
    const state = stateOf(stats);
    const known = this.#known.get(path);
    if (known?.state === state) return known;
    // Not a link that has been put there meanwhile, nor a pipe that nobody writes to.
    const handle = await open(target, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const now = await handle.stat({ bigint: true });
      if (!now.isFile() || stateOf(now) !== state) throw new Error(`"${path}" has changed while it was read.`);
      const bytes = await readAll(handle, Number(now.size));
      if (!bytes) throw new Error(`"${path}" has changed while it was read.`);
      return { state, file: skillFile(path, bytes) };
    } finally {
      await handle.close();
    }
  }
}

interface Walk {
  readonly root: string;
  readonly entries: Map<string, Entry>;
  readonly seen: { count: number };
}

/** @throws Error for a link that leads out of the directory, or nowhere */
async function located(place: string, root: string, path: string): Promise<Entry> {
  const stats = await lstat(place, { bigint: true });
  if (!stats.isSymbolicLink()) return { target: place, stats };
  const target = await realpath(place);
  if (!target.startsWith(`${root}${sep}`)) throw new Error(`"${path}" is a link that leads out of the directory.`);
  return { target, stats: await stat(target, { bigint: true }) };
}

/** @returns `undefined` for a file that has become shorter */
async function readAll(handle: FileHandle, size: number): Promise<Buffer | undefined> {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at < size;) {
    const { bytesRead } = await handle.read(bytes, at, size - at, at);
    if (bytesRead === 0) return undefined;
    at += bytesRead;
  }
  return bytes;
}

/** Changes whenever the file does, as far as the file system tells. */
const stateOf = ({ size, mtimeNs, ctimeNs, ino }: BigIntStats): string => `${size} ${mtimeNs} ${ctimeNs} ${ino}`;

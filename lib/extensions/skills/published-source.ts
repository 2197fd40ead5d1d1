import type { Catalog } from '../../catalog/catalog.js';
import type { Hosted, ResourceEntry } from '../../catalog/entries.js';
import { DuplicateEntryError, type Table } from '../../catalog/table.js';
import type { ResourceDefinition } from '../../protocol/definitions.js';
import type { FoundSkill } from './found-skills.js';
import { type PublishedSkill, publishedSkill } from './published-skill.js';
import { contentsOf, type SkillFile } from './skill-file.js';
import { folderOf, liesIn, MANIFEST, nameOf, skillUri } from './skill-path.js';
import type { SkillSource } from './skill-source.js';

/** The skills of all sources. */
interface PublishedSkills {
  readonly table: Table<PublishedSkill>;
  readonly list: { changed(): void };
}

/** A folder of a skill. */
export interface ServedDirectory {
  /** The rule and the limits of the skill. */
  readonly host: Hosted;
  /** Its files and folders, sorted by URI. */
  readonly children: readonly ResourceDefinition[];
}

/** An outermost skill: its rule, and its files as they are read now. */
interface Root {
  readonly host: Hosted;
  files: ReadonlyMap<string, SkillFile>;
}

/** All that one source serves. */
interface Served {
  readonly skills: readonly PublishedSkill[];
  readonly entries: ReadonlyMap<string, ResourceEntry>;
  readonly files: ReadonlyMap<string, SkillFile>;
  readonly directories: ReadonlyMap<string, ServedDirectory>;
  /** The paths of the outermost skills. */
  readonly roots: ReadonlySet<string>;
}

const NOTHING: Served = { skills: [], entries: new Map(), files: new Map(), directories: new Map(), roots: new Set() };

/** What one source has put into the catalog of a server. */
export class PublishedSource {
  readonly #roots = new Map<string, Root>();
  #served = NOTHING;

  /** @param others all sources of the server */
  constructor(
    readonly source: SkillSource,
    private readonly catalog: Catalog,
    private readonly published: PublishedSkills,
    private readonly others: () => readonly PublishedSource[],
  ) {}

  /** Whether it is served: what needs other providers is not, before these are ready. */
  get wasRead(): boolean {
    return this.#served !== NOTHING;
  }

  get directories(): ReadonlyMap<string, ServedDirectory> {
    return this.#served.directories;
  }

  /**
   * Reads the source, and serves what it has now.
   *
   * @param announces whether clients are told that the list of resources has changed
   * @returns the URIs of the files that were added, changed or removed
   * @throws Error if it cannot be served; what was served before is served on
   */
  async read(announces: boolean): Promise<readonly string[]> {
    const found = await this.source.skills();
    for (const { path, root } of found) if (path === root) await this.#requireRoot(path);
    const next = this.#serve(found);
    this.#requireNoOther(found, next);
    const changed = this.#changes(next);
    // From here on nothing waits, so that no client sees a half of it.
    for (const { path, files, root } of found) if (path === root) this.#roots.get(path)!.files = files;
    for (const path of this.#roots.keys()) if (!next.roots.has(path)) this.#roots.delete(path);
    if (changed.length > 0 || !this.wasRead) this.#replace(next, announces);
    return changed;
  }

  async #requireRoot(path: string): Promise<void> {
    if (this.#roots.has(path)) return;
    const root: { host?: Hosted; files: Root['files'] } = { files: new Map() };
    const read = (file: string): unknown => {
      const content = root.files.get(`${path}/${file}`);
      return content && contentsOf(content, skillUri(`${path}/${file}`));
    };
    root.host = await this.source.host(skillUri(`${path}/${MANIFEST}`), read);
    this.#roots.set(path, root as Root);
  }

  #serve(found: readonly FoundSkill[]): Served {
    const manifests = new Map(found.map((skill) => [`${skill.path}/${MANIFEST}`, skill]));
    const entries = new Map<string, ResourceEntry>();
    const files = new Map<string, SkillFile>();
    const folders = new Map<string, Map<string, ResourceDefinition>>();
    const hosts = new Map<string, Hosted>();
    for (const { path: root, files: own } of found.filter((skill) => skill.path === skill.root)) {
      const { host } = this.#roots.get(root)!;
      for (const [path, file] of own) {
        const definition = definitionOf(path, file, manifests.get(path));
        entries.set(definition.uri, entryOf(definition, host, path.slice(root.length + 1)));
        files.set(definition.uri, file);
        putInFolder(folders, path, definition);
        hosts.set(folderOf(path), host);
        for (let folder = folderOf(path); folder !== root; folder = folderOf(folder)) {
          putInFolder(folders, folder, { uri: skillUri(folder), name: nameOf(folder), mimeType: 'inode/directory' });
          hosts.set(folderOf(folder), host);
        }
      }
    }
    const directories = [...folders].map(([folder, children]): [string, ServedDirectory] => [
      skillUri(folder),
      { host: hosts.get(folder)!, children: [...children.values()].sort((a, b) => (a.uri < b.uri ? -1 : 1)) },
    ]);
    const { declaredBy } = this.source;
    const skills = found.map((skill) => publishedSkill(skill, this.#roots.get(skill.root)!.host.access, declaredBy));
    return { skills, entries, files, directories: new Map(directories), roots: new Set(found.map(({ root }) => root)) };
  }

  /** @throws {DuplicateEntryError} for what another source or the application serves already */
  #requireNoOther(found: readonly FoundSkill[], { entries }: Served): void {
    const others = this.others().filter((one) => one !== this);
    for (const { path, root } of found) {
      const other = others.find((one) => [...one.#served.roots].some((own) => liesIn(path, own) || liesIn(own, root)));
      if (other) throw duplicate(`skill "${path}"`, other.source.declaredBy, this.source.declaredBy);
    }
    for (const uri of entries.keys()) {
      const known = this.catalog.resources.get(uri) ?? this.catalog.unlisted.get(uri);
      if (known && !this.#served.entries.has(uri)) {
        throw duplicate(`resource "${uri}"`, known.declaredBy, this.source.declaredBy);
      }
    }
  }

  #changes({ files }: Served): string[] {
    const before = this.#served.files;
    const changed = [...files].filter(([uri, { digest }]) => before.get(uri)?.digest !== digest).map(([uri]) => uri);
    const removed = [...before.keys()].filter((uri) => !files.has(uri));
    return [...changed, ...removed];
  }

  #replace(next: Served, announces: boolean): void {
    for (const { key } of this.#served.skills) this.published.table.remove(key);
    for (const skill of next.skills) this.published.table.add(skill);
    for (const uri of this.#served.entries.keys()) {
      if (!this.catalog.unlisted.remove(uri)) this.catalog.remove('resource', uri, announces);
    }
    const listed = new Set(next.skills.map(({ key }) => key));
    for (const entry of next.entries.values()) {
      if (listed.has(entry.key)) this.catalog.add(entry, announces);
      else this.catalog.unlisted.add(entry);
    }
    this.#served = next;
    this.published.list.changed();
  }
}

/** A `SKILL.md` is listed among the resources by what its head says; other files are read by those who know of them. */
const definitionOf = (
  path: string,
  { mimeType, size }: SkillFile,
  skill: FoundSkill | undefined,
): ResourceDefinition =>
  skill
    ? { uri: skillUri(path), name: skill.frontmatter.name, description: skill.frontmatter.description, mimeType, size }
    : { uri: skillUri(path), name: nameOf(path), mimeType, size };

/** @param file the path in the outermost skill, which its guards and interceptors see as the argument */
function entryOf(definition: ResourceDefinition, host: Hosted, file: string): ResourceEntry {
  const { declaredBy, access, limits, timeoutMs, invoke } = host;
  const bounds = { limits, timeoutMs };
  const entry = { kind: 'resource', key: definition.uri, definition, declaredBy, access, ...bounds } as const;
  return { ...entry, cache: undefined, invoke: (ctx) => invoke(ctx, { file }) };
}

function putInFolder(
  folders: Map<string, Map<string, ResourceDefinition>>,
  path: string,
  definition: ResourceDefinition,
): void {
  const folder = folderOf(path);
  const children = folders.get(folder);
  if (children) children.set(nameOf(path), definition);
  else folders.set(folder, new Map([[nameOf(path), definition]]));
}

const duplicate = (what: string, one: string, other: string): DuplicateEntryError =>
  new DuplicateEntryError(`The ${what} is declared twice, by ${one} and by ${other}. Give one of them another path.`);

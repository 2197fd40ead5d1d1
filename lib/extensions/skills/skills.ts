import type { Catalog } from '../../catalog/catalog.js';
import { Listing } from '../../catalog/listing.js';
import { Table } from '../../catalog/table.js';
import { McpDeclarationError } from '../../discovery/registrar.js';
import type { PublishedSkill } from './published-skill.js';
import { PublishedSource, type ServedDirectory } from './published-source.js';
import { SkillAnnouncements, type SkillAnnouncer } from './skill-announcements.js';
import type { SkillSource } from './skill-source.js';

export interface SkillsOptions {
  readonly catalog: Catalog;
  /** Skills on one page of the list. */
  readonly pageSize: number;
  readonly announcer: SkillAnnouncer;
  readonly report: (error: unknown) => void;
}

/** The skills of one server, from all their sources. */
export class Skills {
  readonly table = new Table<PublishedSkill>();
  readonly list: Listing<PublishedSkill>;
  readonly #options: SkillsOptions;
  readonly #announcements: SkillAnnouncements;
  readonly #timers = new Map<SkillSource, NodeJS.Timeout>();
  #sources: readonly PublishedSource[] = [];
  #turn: Promise<void> = Promise.resolve();
  #asked = false;
  #closed = false;

  constructor(options: SkillsOptions) {
    this.#options = options;
    this.list = new Listing('skills', 'skill', this.table, options.pageSize);
    this.#announcements = new SkillAnnouncements(options.announcer, options.report);
  }

  /** Serves the skills of these sources, except for those that need other providers of the application. */
  async open(sources: readonly SkillSource[]): Promise<void> {
    const { catalog } = this.#options;
    this.#sources = sources.map((source) => new PublishedSource(source, catalog, this, () => this.#sources));
    await this.#inTurn(() => this.#begin(this.#sources.filter(({ source }) => !source.needsProviders)));
  }

  /** Serves all skills: the providers of the application are ready. */
  async ready(): Promise<void> {
    await this.#inTurn(() => this.#begin(this.#sources.filter(({ source }) => source.needsProviders)));
    for (const one of this.#sources) this.#reread(one);
  }

  /**
   * Reads the sources again, one after the other, and announces what has changed. One that cannot be read stays as it is.
   *
   * @throws the first error of a source, once all were read
   */
  reload(sources = this.#sources): Promise<void> {
    return this.#inTurn(() => this.#reload(sources.filter(({ wasRead }) => wasRead)));
  }

  /** Reads all sources again in the background, once for all that ask before it begins. */
  reloadSoon(): void {
    if (this.#asked) return;
    this.#asked = true;
    const reloading = this.#turn.then(() => {
      this.#asked = false;
      return this.reload();
    });
    reloading.catch(this.#options.report);
  }

  directory(uri: string): ServedDirectory | undefined {
    for (const { directories } of this.#sources) {
      const found = directories.get(uri);
      if (found) return found;
    }
    return undefined;
  }

  close(): void {
    this.#closed = true;
    this.#announcements.close();
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  /** A source that is read twice at a time could serve a part of each. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }

  async #begin(sources: readonly PublishedSource[]): Promise<void> {
    for (const one of sources) {
      try {
        await one.read(false);
      } catch (error) {
        throw new McpDeclarationError(one.source.declaredBy, error);
      }
    }
  }

  async #reload(sources: readonly PublishedSource[]): Promise<void> {
    const errors: unknown[] = [];
    for (const one of sources) {
      try {
        const changed = await one.read(true);
        if (changed.length > 0) this.#announcements.tell(changed);
      } catch (error) {
        errors.push(new McpDeclarationError(one.source.declaredBy, error));
      }
    }
    if (errors.length > 0) throw errors[0];
  }

  #reread(one: PublishedSource): void {
    const { rereadMs } = one.source;
    if (rereadMs === undefined || this.#closed) return;
    const again = (): void =>
      void this.reload([one])
        .catch(this.#options.report)
        .then(() => this.#reread(one));
    this.#timers.set(one.source, setTimeout(again, rereadMs).unref());
  }
}

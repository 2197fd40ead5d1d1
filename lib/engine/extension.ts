import type { EntryAccess } from '../access/entry-access.js';
import { DuplicateEntryError } from '../catalog/table.js';
import type { JsonObject } from '../protocol/messages.js';
import type { Era } from '../protocol/revisions.js';
import type { Method } from './method.js';

/** An extension of the protocol: all that a server offers beyond the core is one of these. */
export interface Extension {
  /** Its identifier, such as `io.modelcontextprotocol/tasks`. */
  readonly id: string;
  /** The eras in which it is advertised. */
  readonly eras: readonly Era[];
  /** Its settings, possibly empty. `undefined` while it is not advertised: its methods do not exist then. */
  settings(): JsonObject | undefined;
  readonly methods: readonly Method[];
  /** Its notifications by the member of the filter of `subscriptions/listen` that asks for each. Default: none. */
  readonly notifications?: Readonly<Record<string, string>>;
  /** Who gets its notifications. `undefined` without a rule. */
  readonly access?: EntryAccess | undefined;
  /** Whether its capability needs that of resources. Default: no. */
  readonly needsResources?: boolean;
  /** The rules of its lists, by which they may differ from caller to caller. Default: none. */
  rules?(): readonly EntryAccess[];
  readonly declaredBy: string;
}

/** A notification of an extension, with the member of the filter that asks for it. */
export interface ExtensionNotification {
  readonly extension: Extension;
  readonly member: string;
}

/** The extensions of one server. */
export class Extensions {
  readonly #byId = new Map<string, Extension>();
  readonly #byNotification = new Map<string, ExtensionNotification>();
  readonly #members = new Set<string>();
  #needResources = false;

  /** @throws {DuplicateEntryError} for what the server or another extension has already */
  add(extension: Extension): void {
    const { id, notifications = {}, declaredBy } = extension;
    const known = this.#byId.get(id);
    if (known) throw duplicate(`extension "${id}"`, known, declaredBy);
    for (const [member, method] of Object.entries(notifications)) {
      const same = this.#byNotification.get(method)?.extension;
      if (same) throw duplicate(`notification "${method}"`, same, declaredBy);
      if (this.#members.has(member)) throw duplicate(`filter member "${member}"`, this.#ownerOf(member)!, declaredBy);
      this.#byNotification.set(method, { extension, member });
      this.#members.add(member);
    }
    this.#byId.set(id, extension);
    this.#needResources ||= extension.needsResources === true;
  }

  get all(): Iterable<Extension> {
    return this.#byId.values();
  }

  /** The members of a filter that ask for notifications of extensions. */
  get members(): ReadonlySet<string> {
    return this.#members;
  }

  /** Whether one of them needs the capability of resources. */
  get needResources(): boolean {
    return this.#needResources;
  }

  get(id: string): Extension | undefined {
    return this.#byId.get(id);
  }

  notification(method: string): ExtensionNotification | undefined {
    return this.#byNotification.get(method);
  }

  /** The member `extensions` of the capabilities; `undefined` if nothing is advertised. */
  describe(era: Era): JsonObject | undefined {
    const described: JsonObject = {};
    for (const extension of this.#byId.values()) {
      const settings = extension.eras.includes(era) ? extension.settings() : undefined;
      if (settings !== undefined) described[extension.id] = settings;
    }
    return Object.keys(described).length > 0 ? described : undefined;
  }

  #ownerOf(member: string): Extension | undefined {
    return [...this.#byNotification.values()].find((one) => one.member === member)?.extension;
  }
}

const duplicate = (what: string, known: Extension, declaredBy: string): DuplicateEntryError =>
  new DuplicateEntryError(
    `The ${what} is declared twice, by ${known.declaredBy} and by ${declaredBy}. Rename one of them.`,
  );

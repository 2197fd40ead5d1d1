import type { Exchange } from '../exchange/exchange.js';
import { AuthenticationRequiredError, type McpError } from '../protocol/errors.js';
import type { JsonObject } from '../protocol/messages.js';
import type { AccessOptions } from './access-options.js';
import { askPolicies, type Question } from './ask-policies.js';
import { UNDECLARED, type EntryAccess } from './entry-access.js';
import { outcomeOf, type Outcome } from './outcome.js';
import { lackOf, refusalFor, type Lack } from './refusal.js';
import { ScopeHierarchy } from './scope-hierarchy.js';

/** An entry of the catalog, as far as access is concerned. */
export interface Guarded {
  readonly access?: EntryAccess | undefined;
}

/** Decides who may see and use what, for lists and calls alike. */
export class AccessControl {
  readonly scopes: ScopeHierarchy;
  readonly #hides: boolean;
  readonly #publicOnly: boolean;

  /** @param report for a policy that throws */
  constructor(
    { denied = 'hide', impliedScopes, anonymous }: AccessOptions,
    private readonly report: (error: unknown) => void,
  ) {
    this.scopes = new ScopeHierarchy(impliedScopes);
    this.#hides = denied === 'hide';
    this.#publicOnly = anonymous === 'public-only';
  }

  /** Whether a list with these rules is not the same for everybody. */
  differs(rules: readonly EntryAccess[]): boolean {
    return rules.some((rule) => rule.audience || (this.#hides && (rule !== UNDECLARED || this.#publicOnly)));
  }

  /**
   * What a caller sees of a list.
   *
   * @param rules the distinct rules of its entries
   * @returns `undefined` for everything
   */
  outcome(rules: readonly EntryAccess[], exchange: Exchange): Outcome | undefined | Promise<Outcome | undefined> {
    if (!this.differs(rules)) return undefined;
    const question = this.#mayList(exchange);
    const decisions: (boolean | Promise<boolean>)[] = [];
    let isDecided = true;
    for (const rule of rules) {
      const decision = this.#hides ? this.#allows(rule, question) : isFor(rule, exchange);
      isDecided &&= typeof decision === 'boolean';
      decisions.push(decision);
    }
    if (isDecided) return partOf(rules, decisions as boolean[]);
    return Promise.all(decisions.map(async (one) => one)).then((decided) => partOf(rules, decided));
  }

  /** Whether everybody may use an entry, so that its contents may be the same for all. */
  isForAll({ access = UNDECLARED }: Guarded): boolean {
    return access.audience === undefined && (access.isPublic || (access === UNDECLARED && !this.#publicOnly));
  }

  /** Whether a caller may use an entry, as far as it can be said without arguments. */
  permits({ access = UNDECLARED }: Guarded, exchange: Exchange): boolean | Promise<boolean> {
    return this.#allows(access, this.#mayList(exchange));
  }

  /** Whether a caller may use an entry with these arguments. */
  permitsCall({ access = UNDECLARED }: Guarded, exchange: Exchange, args: JsonObject): boolean | Promise<boolean> {
    const permitted = this.#allows(access, this.#mayList(exchange));
    if (access.policies.length === 0) return permitted;
    const call = (): boolean | Promise<boolean> => this.#allows(access, this.#mayCall(exchange, args));
    return typeof permitted === 'boolean' ? permitted && call() : permitted.then((one) => one && call());
  }

  /** Whether what a caller may not use is to look as if it did not exist. */
  get hides(): boolean {
    return this.#hides;
  }

  /**
   * Requires that a caller may use an entry.
   *
   * @param args the arguments; without any, policies are only asked whether the caller may know of the entry
   * @param unknown the error for an entry that does not exist
   * @throws {McpError}
   */
  require(
    { access = UNDECLARED }: Guarded,
    exchange: Exchange,
    args: JsonObject | undefined,
    unknown: () => McpError,
  ): void | Promise<void> {
    if (!isFor(access, exchange)) throw this.absent(exchange, unknown());
    const lack = this.#lackOf(access, exchange);
    if (lack) throw this.#answer(lack, access, exchange, unknown);
    if (access.policies.length > 0) return this.#requirePolicies(access, exchange, args, unknown);
  }

  /**
   * Requires that an entry exists, and that a caller may use it; see `require()`.
   *
   * @throws {McpError}
   */
  admit<E extends Guarded>(
    entry: E | undefined,
    exchange: Exchange,
    args: JsonObject | undefined,
    unknown: () => McpError,
  ): E | Promise<E> {
    if (!entry) throw this.absent(exchange, unknown());
    const deciding = this.require(entry, exchange, args, unknown);
    return deciding ? deciding.then(() => entry) : entry;
  }

  /**
   * The error for what does not exist. An anonymous caller that may only use what is public does not learn whether it
   * exists for others, but that it can identify itself.
   */
  absent(exchange: Exchange, unknown: McpError): McpError {
    return this.#isUnidentified(exchange) ? new AuthenticationRequiredError() : unknown;
  }

  async #requirePolicies(
    access: EntryAccess,
    exchange: Exchange,
    args: JsonObject | undefined,
    unknown: () => McpError,
  ): Promise<void> {
    if (!(await askPolicies(access.policies, this.#mayList(exchange))))
      throw this.#answer('policy', access, exchange, unknown);
    if (args === undefined || (await askPolicies(access.policies, this.#mayCall(exchange, args)))) return;
    // A tool that the list shows is not hidden from a call: only these arguments are not allowed.
    if (access.isTemplate) throw this.#answer('policy', access, exchange, unknown);
    throw refusalFor('policy', access, exchange.peer.principal);
  }

  #allows(access: EntryAccess, question: Question): boolean | Promise<boolean> {
    const { exchange } = question;
    if (!isFor(access, exchange) || this.#lackOf(access, exchange)) return false;
    return access.policies.length === 0 || askPolicies(access.policies, question);
  }

  #mayList(exchange: Exchange): Question {
    return { exchange, operation: 'list', args: undefined, report: this.report };
  }

  #mayCall(exchange: Exchange, args: JsonObject): Question {
    return { exchange, operation: 'call', args, report: this.report };
  }

  #lackOf(access: EntryAccess, exchange: Exchange): Lack | undefined {
    if (!access.isPublic && this.#isUnidentified(exchange)) return 'identity';
    return lackOf(access, exchange.peer.principal, this.scopes);
  }

  #isUnidentified({ peer }: Exchange): boolean {
    return this.#publicOnly && peer.principal === undefined;
  }

  #answer(lack: Lack, access: EntryAccess, exchange: Exchange, unknown: () => McpError): McpError {
    const refusal = refusalFor(lack, access, exchange.peer.principal);
    if (!this.#hides) return refusal;
    const hidden = this.absent(exchange, unknown());
    // For the audit; clients never get a cause.
    hidden.cause = refusal;
    return hidden;
  }
}

/** Whether an entry exists for this client, whoever its user is. */
const isFor = ({ audience }: EntryAccess, { peer }: Exchange): boolean => audience?.includes(peer) ?? true;

/** @returns `undefined` for all of the list, whose pages are shared with those who need no outcome */
const partOf = (rules: readonly EntryAccess[], allowed: readonly boolean[]): Outcome | undefined =>
  allowed.includes(false) ? outcomeOf(rules, allowed) : undefined;

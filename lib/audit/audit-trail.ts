import { createHash } from 'node:crypto';
import type { Exchange } from '../exchange/exchange.js';
import type { Sender } from '../exchange/peer.js';
import { CallTimeoutError, type McpError } from '../protocol/errors.js';
import type { JsonObject } from '../protocol/messages.js';
import type { JsonSchema } from '../schema/index.js';
import type { SessionKey } from '../session/session-record.js';
import type { TaskRecord } from '../task/task-record.js';
import type { Audit, AuditedRequest } from './audit.js';
import type { McpAuditReason, McpAuditRequest } from './audit-event.js';
import type { AuditQueue } from './audit-queue.js';
import { callerOf } from './caller-of.js';
import { type Ending, endingOfError, endingOfResult, endingOfTask } from './outcome-of.js';
import { redacted } from './redacted.js';

/** What a request is about. */
export interface AuditedSubject {
  /** The name that the server has for it, or that its client asked for. */
  readonly name?: string;
  readonly arguments?: JsonObject;
  /** What the arguments may be. Without it none are shown. */
  readonly schema?: JsonSchema | undefined;
}

export interface AuditTrailOptions {
  readonly instance: string;
  /** The name of the server; `undefined` for the default server. */
  readonly server: string | undefined;
  /** Whether arguments are recorded. */
  readonly arguments: boolean;
  /** Tells what a request is about. */
  readonly subjectOf: (method: string, params: JsonObject) => AuditedSubject;
}

/** A liveness check says nothing about anybody. */
const NOT_RECORDED = new Set(['ping']);

/** Makes an event of everything that is recorded. */
export class AuditTrail implements Audit {
  readonly #where: { readonly instance: string; readonly server?: string };

  constructor(
    private readonly queue: AuditQueue,
    private readonly options: AuditTrailOptions,
  ) {
    const { instance, server } = options;
    this.#where = server === undefined ? { instance } : { instance, server };
  }

  begin(exchange: Exchange): AuditedRequest | undefined {
    return NOT_RECORDED.has(exchange.request.method) ? undefined : new RecordedRequest(this, exchange);
  }

  refused(status: number, reason: McpAuditReason, { principal, address }: Sender): void {
    this.queue.add({
      kind: 'refusal',
      ...this.#now(),
      who: callerOf(principal, address),
      outcome: 'refused',
      reason,
      status,
      via: 'http',
    });
  }

  taskEnded(task: TaskRecord): void {
    const { principal, session } = task.caller;
    this.queue.add({
      kind: 'task-end',
      ...this.#now(),
      milliseconds: task.updatedAt - task.createdAt,
      who: callerOf(principal, undefined),
      ...(session !== undefined && { session: digestOf(session) }),
      name: task.tool,
      ...endingOfTask(task),
    });
  }

  sessionEnded({ id }: SessionKey, { principal, address }: Sender): void {
    this.queue.add({
      kind: 'session-end',
      ...this.#now(),
      who: callerOf(principal, address),
      session: digestOf(id),
      outcome: 'ok',
    });
  }

  sessionExpired({ principal, id }: SessionKey): void {
    // The store keeps no more of its owner than this.
    const who = { principal };
    this.queue.add({ kind: 'session-end', ...this.#now(), who, session: digestOf(id), outcome: 'timeout' });
  }

  /** @internal */
  addRequest({ request, peer }: Exchange, { outcome, reason, code }: Ending, milliseconds: number): void {
    const { era, principal, session, address, via } = peer;
    const subject = this.options.subjectOf(request.method, request.params ?? {});
    const event: { -readonly [K in keyof McpAuditRequest]: McpAuditRequest[K] } = {
      kind: 'request',
      at: Date.now(),
      instance: this.options.instance,
      who: callerOf(principal, address),
      method: shortened(request.method),
      era,
      requestId: request.id,
      via,
      outcome,
      milliseconds: Math.round(milliseconds * 1000) / 1000,
    };
    // One by one: to spread optional members would cost as much as the rest of the event.
    if (this.options.server !== undefined) event.server = this.options.server;
    if (session) event.session = digestOf(session.id);
    if (subject.name !== undefined) event.name = shortened(subject.name);
    if (reason !== undefined) event.reason = reason;
    if (code !== undefined) event.code = code;
    if (this.options.arguments && subject.arguments) event.arguments = redacted(subject.arguments, subject.schema);
    this.queue.add(event);
  }

  #now() {
    return { at: Date.now(), ...this.#where };
  }
}

/** One request while it is served. */
class RecordedRequest implements AuditedRequest {
  readonly #startedAt = performance.now();

  constructor(
    private readonly trail: AuditTrail,
    private readonly exchange: Exchange,
  ) {}

  ended(result: object): void {
    this.#add(endingOfResult(result));
  }

  failed(error: McpError): void {
    this.#add(endingOfError(error));
  }

  cancelled(error: McpError | undefined): void {
    this.#add(error instanceof CallTimeoutError ? endingOfError(error) : CANCELLED);
  }

  #add(ending: Ending): void {
    this.trail.addRequest(this.exchange, ending, performance.now() - this.#startedAt);
  }
}

const CANCELLED: Ending = { outcome: 'cancelled' };

/** A session's id is all that a client needs to show beside its token, so it is not written down (P15). */
const digestOf = (id: string): string => createHash('sha256').update(id).digest('base64url').slice(0, 16);

/** Clients choose methods and names, and an event must not be as large as they like. */
const shortened = (text: string): string => text.slice(0, 128);

import { createHash } from 'node:crypto';
import type { Exchange } from '../exchange/exchange.js';
import type { Sender } from '../exchange/peer.js';
import { CallTimeoutError } from '../protocol/errors.js';
import type { JsonObject } from '../protocol/messages.js';
import type { JsonSchema } from '../schema/index.js';
import type { SessionRecord } from '../session/session-record.js';
import type { TaskRecord } from '../task/task-record.js';
import type { Audit, AuditedRequest } from './audit.js';
import type { McpAuditEvent, McpAuditReason } from './audit-event.js';
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
    if (NOT_RECORDED.has(exchange.request.method)) return undefined;
    const startedAt = performance.now();
    const add = (ending: Ending): void => this.#addRequest(exchange, ending, performance.now() - startedAt);
    return {
      ended: (result) => add(endingOfResult(result)),
      failed: (error) => add(endingOfError(error)),
      cancelled: (error) => add(error instanceof CallTimeoutError ? endingOfError(error) : { outcome: 'cancelled' }),
    };
  }

  refused(status: number, reason: McpAuditReason, { principal, address }: Sender): void {
    this.#add({
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
    this.#add({
      kind: 'task-end',
      ...this.#now(),
      milliseconds: task.updatedAt - task.createdAt,
      who: callerOf(principal, undefined),
      ...(session !== undefined && { session: digestOf(session) }),
      name: task.tool,
      ...endingOfTask(task),
    });
  }

  sessionEnded({ id }: SessionRecord, { principal, address }: Sender): void {
    this.#add({
      kind: 'session-end',
      ...this.#now(),
      who: callerOf(principal, address),
      session: digestOf(id),
      outcome: 'ok',
    });
  }

  #addRequest({ request, peer }: Exchange, ending: Ending, milliseconds: number): void {
    const { era, principal, session, address, via } = peer;
    const subject = this.options.subjectOf(request.method, request.params ?? {});
    const args = this.options.arguments && subject.arguments && redacted(subject.arguments, subject.schema);
    this.#add({
      kind: 'request',
      ...this.#now(),
      milliseconds: Math.round(milliseconds * 1000) / 1000,
      who: callerOf(principal, address),
      ...(session && { session: digestOf(session.id) }),
      method: shortened(request.method),
      ...(subject.name !== undefined && { name: shortened(subject.name) }),
      ...{ era, requestId: request.id, via },
      ...ending,
      ...(args && { arguments: args }),
    });
  }

  #now() {
    return { at: Date.now(), ...this.#where };
  }

  #add(event: McpAuditEvent): void {
    this.queue.add(event);
  }
}

/** A session's id is all that a client needs to show beside its token, so it is not written down (P15). */
const digestOf = (id: string): string => createHash('sha256').update(id).digest('base64url').slice(0, 16);

/** Clients choose methods and names, and an event must not be as large as they like. */
const shortened = (text: string): string => text.slice(0, 128);

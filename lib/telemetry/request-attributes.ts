import type { Attributes, Span } from '@opentelemetry/api';
import type { Exchange } from '../exchange/exchange.js';
import type { Via } from '../exchange/peer.js';
import { sessionDigest } from '../observe/session-digest.js';
import type { Subject } from '../observe/subject.js';
import { ATTRIBUTE, EXECUTE_TOOL, OTHER } from './conventions.js';

/** What the spans and the metrics of one kind of request have in common. */
export interface RequestKind {
  /** The name of their spans. */
  readonly name: string;
  /** What all of their spans say. */
  readonly attributes: Attributes;
  /** What all of their durations say. The fewer, the better: the SDK sorts and joins them for each value. */
  readonly dimensions: Attributes;
}

/** Kinds that are remembered. Clients decide on no part of them. */
const MAX_KINDS = 10_000;

const TRANSPORT: Readonly<Record<Via, Attributes>> = {
  http: { [ATTRIBUTE.transport]: 'tcp', [ATTRIBUTE.protocol]: 'http' },
  stdio: { [ATTRIBUTE.transport]: 'pipe' },
  process: {},
};

/** Which attribute has the name of what a method asks for. */
const NAMED: Readonly<Record<string, string>> = { 'tools/call': ATTRIBUTE.tool, 'prompts/get': ATTRIBUTE.prompt };

/** Tells what is the same for all requests of one kind, which is made once. */
export class RequestKinds {
  readonly #known = new Map<string, RequestKind>();

  /** @param common what all attributes begin with */
  constructor(private readonly common: Attributes) {}

  of({ request, peer }: Exchange, { name, isKnown }: Subject, knowsMethod: boolean): RequestKind {
    const method = knowsMethod ? request.method : OTHER;
    const subject = isKnown ? name : undefined;
    const key = `${method} ${peer.revision} ${peer.via} ${subject ?? ''}`;
    let kind = this.#known.get(key);
    if (kind) return kind;
    kind = this.#make(method, subject, peer);
    if (this.#known.size >= MAX_KINDS) this.#known.clear();
    this.#known.set(key, kind);
    return kind;
  }

  #make(method: string, subject: string | undefined, { revision, via }: Exchange['peer']): RequestKind {
    const named = NAMED[method];
    const isNamed = named !== undefined && subject !== undefined;
    const dimensions: Attributes = {
      ...this.common,
      [ATTRIBUTE.method]: method,
      [ATTRIBUTE.revision]: revision,
      ...(isNamed && { [named]: subject }),
    };
    const operation = method === 'tools/call' && { [ATTRIBUTE.operation]: EXECUTE_TOOL };
    return {
      name: isNamed ? `${method} ${subject}` : method,
      attributes: { ...dimensions, ...operation, ...TRANSPORT[via] },
      dimensions,
    };
  }
}

/**
 * Says what only the span of one request says, and no metric, as it has many values. One by one: an object of all
 * attributes costs as much as the span itself.
 */
export function describe(span: Span, { request, peer }: Exchange, { name }: Subject, instance: string): void {
  span.setAttribute(ATTRIBUTE.requestId, String(request.id));
  span.setAttribute(ATTRIBUTE.instance, instance);
  if (peer.session) span.setAttribute(ATTRIBUTE.session, sessionDigest(peer.session.id));
  if (peer.address !== undefined) span.setAttribute(ATTRIBUTE.clientAddress, peer.address);
  // The template in place of a URI that has variables: they are arguments.
  if (name !== undefined && request.method.startsWith('resources/')) span.setAttribute(ATTRIBUTE.resource, name);
}

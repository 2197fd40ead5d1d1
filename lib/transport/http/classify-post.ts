import { type Envelope, hasClaim, metaOf, readEnvelope } from '../../protocol/envelope.js';
import { ErrorCode, McpError } from '../../protocol/errors.js';
import { BAD_SENTINEL, decodeHeaderValue, stripBlanks } from '../../protocol/header-values.js';
import { classifyMessage, type JsonRpcRequest, type Message, type RequestId } from '../../protocol/messages.js';
import {
  FALLBACK_REVISION,
  isLegacyRevision,
  looksModern,
  MODERN_REVISIONS,
  TRAITS,
} from '../../protocol/revisions.js';

/** What a POST turned out to be: the outcome of the decision ladder (§1.2, rows 6-20 and 28). */
export type ClassifiedPost =
  | { readonly kind: 'modern'; readonly request: JsonRpcRequest; readonly envelope: Envelope }
  /** Accepted and dropped: no modern notification has a meaning over HTTP. */
  | { readonly kind: 'modern-notification' }
  | { readonly kind: 'initialize'; readonly request: JsonRpcRequest }
  | { readonly kind: 'legacy'; readonly message: Exclude<Message, { kind: 'invalid' }> }
  | { readonly kind: 'legacy-batch'; readonly messages: readonly Exclude<Message, { kind: 'invalid' }>[] }
  | { readonly kind: 'rejected'; readonly status: number; readonly error: McpError; readonly id?: RequestId };

export interface PostFacts {
  /** The parsed body. */
  readonly body: unknown;
  header(name: string): string | undefined;
  /** Methods that only the modern era has: without a claim they are a modern client's mistake (row 16). */
  modernOnly(method: string): boolean;
}

/** Clients must send it, but the core table does not list them: compared where it is there (T1-16, A-11). */
const OPTIONAL_NAME_SOURCE = new Map([
  ['tasks/get', 'taskId'],
  ['tasks/update', 'taskId'],
  ['tasks/cancel', 'taskId'],
]);

/** Where the value of `Mcp-Name` comes from, for the methods that have one (H-3). */
const NAME_SOURCE = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
]);

const reject = (status: number, code: number, message: string, id?: RequestId, data?: unknown): ClassifiedPost => ({
  kind: 'rejected',
  status,
  id,
  error: new McpError(code, message, { data }),
});

/** Decides the era from the body, and refuses what contradicts itself, in the order of the ladder. */
export function classifyPost(facts: PostFacts): ClassifiedPost {
  const { body } = facts;
  if (Array.isArray(body)) return classifyBatch(body, facts);
  const message = classifyMessage(body);
  if (message.kind === 'invalid') {
    return reject(400, ErrorCode.InvalidRequest, `Invalid request: ${message.reason}`, message.id);
  }
  if (message.kind === 'response') return { kind: 'legacy', message };
  if (message.kind === 'notification') {
    const modern = hasClaim(body) || looksModern(facts.header('mcp-protocol-version') ?? '');
    return modern ? { kind: 'modern-notification' } : { kind: 'legacy', message };
  }
  return classifyRequest(message.message, facts);
}

function classifyBatch(body: readonly unknown[], facts: PostFacts): ClassifiedPost {
  const refused = (reason: string) => reject(400, ErrorCode.InvalidRequest, `Invalid request: ${reason}`);
  if (body.length === 0) return refused('an empty batch');
  const messages: Exclude<Message, { kind: 'invalid' }>[] = [];
  for (const item of body) {
    const message = classifyMessage(item);
    if (message.kind === 'invalid') return refused(`a batch with an element in which ${message.reason}`);
    if (hasClaim(item)) return refused('batches do not exist in this revision');
    messages.push(message);
  }
  const version = facts.header('mcp-protocol-version') ?? FALLBACK_REVISION;
  // Without a session the header is all there is to go by (row 7); with one its revision decides, later.
  const bySession = facts.header('mcp-session-id') !== undefined && isLegacyRevision(version);
  if (!bySession && !(isLegacyRevision(version) && TRAITS[version].batches)) {
    return refused('batches do not exist in this revision');
  }
  return { kind: 'legacy-batch', messages };
}

function classifyRequest(request: JsonRpcRequest, facts: PostFacts): ClassifiedPost {
  const { id } = request;
  const version = facts.header('mcp-protocol-version');
  // Not even looked for without a claim: a plain legacy request must not pay for an error nobody sees.
  const envelope = hasClaim(request) ? envelopeOf(request) : undefined;
  const rejected = (error: McpError): ClassifiedPost => ({ kind: 'rejected', status: 400, id, error });

  if (request.method === 'initialize' && (envelope === undefined || envelope instanceof McpError)) {
    if (version !== undefined && looksModern(version)) {
      return reject(400, ErrorCode.HeaderMismatch, `initialize does not exist in ${version}`, id);
    }
    return { kind: 'initialize', request };
  }
  if (envelope instanceof McpError) return rejected(envelope);
  if (envelope) return checkModern(request, envelope, facts);
  const strayed = facts.modernOnly(request.method) && facts.header('mcp-session-id') === undefined;
  if (strayed || (version !== undefined && looksModern(version))) return rejected(envelopeOf(request) as McpError);
  return { kind: 'legacy', message: { kind: 'request', message: request } };
}

function envelopeOf(request: JsonRpcRequest): Envelope | McpError {
  try {
    return readEnvelope(metaOf(request));
  } catch (error) {
    return error as McpError;
  }
}

const stripped = (header: string | undefined) => (header === undefined ? undefined : stripBlanks(header));

/** Rows 13-20: the headers must repeat what the body says (H-1..H-10), and the version must be one that is served. */
function checkModern(request: JsonRpcRequest, envelope: Envelope, facts: PostFacts): ClassifiedPost {
  const { id, method, params } = request;
  const mismatch = (message: string) => reject(400, ErrorCode.HeaderMismatch, message, id);
  const version = stripped(facts.header('mcp-protocol-version'));
  const methodHeader = stripped(facts.header('mcp-method'));

  if (version !== undefined && version !== envelope.protocolVersion) {
    return mismatch('Header MCP-Protocol-Version differs from the protocol version in params._meta');
  }
  if (methodHeader !== undefined && methodHeader !== method) return mismatch('Header Mcp-Method differs from "method"');
  if (!MODERN_REVISIONS.includes(envelope.protocolVersion)) {
    return reject(400, ErrorCode.UnsupportedProtocolVersion, 'Unsupported protocol version', id, {
      supported: MODERN_REVISIONS,
      requested: envelope.protocolVersion,
    });
  }
  if (version === undefined) return mismatch('Header MCP-Protocol-Version is missing');
  if (methodHeader === undefined) return mismatch('Header Mcp-Method is missing');
  const header = facts.header('mcp-name');
  const source = NAME_SOURCE.get(method) ?? (header === undefined ? undefined : OPTIONAL_NAME_SOURCE.get(method));
  if (source !== undefined) {
    if (header === undefined) return mismatch('Header Mcp-Name is missing');
    const name = decodeHeaderValue(header);
    if (name === BAD_SENTINEL) return mismatch('Header Mcp-Name is neither plain ASCII nor valid Base64 of UTF-8');
    if (name !== params?.[source]) return mismatch(`Header Mcp-Name differs from params.${source}`);
  }
  return { kind: 'modern', request, envelope };
}

import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { requestPath } from '../request-path.js';

/** A document at a well-known path, which tells clients how to get in (RFC 9728). */
export interface MetadataDocument {
  /** Below which the documents of all resources are. */
  readonly root: string;
  /** The path of its resource; empty for a whole host. */
  readonly path: string;
  readonly json: string;
}

const METHODS = 'GET, HEAD, OPTIONS';
/** Seconds. A client that was refused reads it again in any case. */
const MAX_AGE_S = 300;

/** Any page may read it, and it is the same for everyone. */
const OPEN = { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' };
const PREFLIGHT = {
  ...OPEN,
  allow: METHODS,
  'access-control-allow-methods': METHODS,
  'access-control-allow-headers': 'accept, authorization, content-type, if-none-match, mcp-protocol-version',
  'access-control-max-age': '600',
};

const known = new WeakMap<object, MetadataDocuments>();

/**
 * Serves the documents of all servers of one application. They need no token, whatever protects the rest of the
 * application: nobody could get one without them (O-4).
 */
export class MetadataDocuments {
  readonly #documents: (MetadataDocument & { readonly etag: string })[] = [];

  /** @param install puts what answers in front of everything else; called for the first document */
  static of(adapter: object, install: (documents: MetadataDocuments) => void): MetadataDocuments {
    let documents = known.get(adapter);
    if (!documents) {
      known.set(adapter, (documents = new MetadataDocuments()));
      install(documents);
    }
    return documents;
  }

  add(document: MetadataDocument): void {
    const etag = `"${createHash('sha256').update(document.json).digest('base64url').slice(0, 22)}"`;
    this.#documents.push({ ...document, etag });
  }

  /** @returns whether the request was for a document, and is answered */
  answer(request: IncomingMessage, response: ServerResponse, takeOver?: () => void): boolean {
    const url = request.url ?? '';
    if (!url.startsWith('/.well-known/')) return false;
    const document = this.#find(requestPath(url));
    if (!document) return false;
    takeOver?.();
    const { method } = request;
    if (method === 'OPTIONS') response.writeHead(204, PREFLIGHT).end();
    else if (method !== 'GET' && method !== 'HEAD') response.writeHead(405, { ...OPEN, allow: METHODS }).end();
    else send(document, request, response);
    return true;
  }

  /** Older clients look at the root only. With several resources it would be the document of the wrong one (O-2). */
  #find(path: string) {
    const exact = this.#documents.find((one) => path === one.root + one.path || path === `${one.root}${one.path}/`);
    if (exact || this.#documents.length !== 1) return exact;
    const [only] = this.#documents;
    return path === only!.root ? only : undefined;
  }
}

function send(
  { json, etag }: { readonly json: string; readonly etag: string },
  { method, headers }: IncomingMessage,
  response: ServerResponse,
): void {
  const common = { ...OPEN, etag, 'cache-control': `public, max-age=${MAX_AGE_S}` };
  const matches = headers['if-none-match']?.split(',').some((one) => one.trim().replace(/^W\//, '') === etag);
  if (matches) return void response.writeHead(304, common).end();
  const content = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) };
  response.writeHead(200, { ...common, ...content });
  response.end(method === 'HEAD' ? undefined : json);
}

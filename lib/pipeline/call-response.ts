import type { ResponseHead } from '../exchange/peer.js';

type HeaderValue = number | string | readonly string[];

/** What the protocol itself says in its headers. */
const PROTOCOL_HEADERS = new Set([
  ...['content-type', 'content-length', 'content-encoding', 'transfer-encoding', 'connection', 'trailer'],
  ...['mcp-session-id', 'mcp-protocol-version'],
]);

/**
 * The value of `switchToHttp().getResponse()`, for enhancers written for Express or Fastify. Headers are sent with the
 * answer, as long as nothing was sent; in streams that have begun, on stdio and in process they are kept and go
 * nowhere. A status and a body are kept too: an MCP answer is that of JSON-RPC. What a filter sends is read by the
 * caller of the filter.
 */
export class CallResponse {
  statusCode = 200;
  #locals: Record<string, unknown> | undefined;
  #headers: Map<string, HeaderValue> | undefined;
  #answered = false;
  #body: unknown;

  constructor(private readonly head: ResponseHead | undefined) {}

  /** What was passed to `send()`, `json()` or `end()`; `undefined` if none of them was called. */
  static answerOf(response: CallResponse): { readonly status: number; readonly body: unknown } | undefined {
    return response.#answered ? { status: response.statusCode, body: response.#body } : undefined;
  }

  /** As `locals` of Express. */
  get locals(): Record<string, unknown> {
    return (this.#locals ??= {});
  }
  set locals(locals: Record<string, unknown>) {
    this.#locals = locals;
  }

  get headersSent(): boolean {
    return this.#answered || this.head?.headersSent === true;
  }
  /** As Fastify calls it. */
  get sent(): boolean {
    return this.headersSent;
  }
  get writableEnded(): boolean {
    return this.#answered;
  }
  /** Code written for Fastify reaches for the raw response. */
  get raw(): this {
    return this;
  }

  status(code: number): this {
    this.statusCode = code;
    return this;
  }
  code(code: number): this {
    return this.status(code);
  }
  type(): this {
    return this;
  }

  setHeader(name: string, value: HeaderValue): this {
    const key = name.toLowerCase();
    if (PROTOCOL_HEADERS.has(key) || value === undefined) return this;
    if (this.head && !this.head.headersSent) this.head.setHeader(name, value);
    else (this.#headers ??= new Map()).set(key, value);
    return this;
  }
  header(name: string, value: HeaderValue): this {
    return this.setHeader(name, value);
  }
  set(name: string | Readonly<Record<string, HeaderValue>>, value?: HeaderValue): this {
    return typeof name === 'string' ? this.setHeader(name, value!) : this.headers(name);
  }
  headers(headers: Readonly<Record<string, HeaderValue>>): this {
    for (const [name, value] of Object.entries(headers)) this.setHeader(name, value);
    return this;
  }
  append(name: string, value: string | readonly string[]): this {
    const known = this.getHeader(name);
    return this.setHeader(name, known === undefined ? value : [known, value].flat().map(String));
  }
  appendHeader(name: string, value: string | readonly string[]): this {
    return this.append(name, value);
  }

  getHeader(name: string): HeaderValue | undefined {
    return this.#headers?.get(name.toLowerCase()) ?? this.head?.getHeader(name);
  }
  get(name: string): HeaderValue | undefined {
    return this.getHeader(name);
  }
  getHeaders(): Record<string, HeaderValue | undefined> {
    return { ...this.head?.getHeaders(), ...Object.fromEntries(this.#headers ?? []) };
  }
  hasHeader(name: string): boolean {
    return this.getHeader(name) !== undefined;
  }
  removeHeader(name: string): this {
    const key = name.toLowerCase();
    this.#headers?.delete(key);
    if (this.head?.headersSent === false && !PROTOCOL_HEADERS.has(key)) this.head.removeHeader(name);
    return this;
  }

  send(body?: unknown): this {
    this.#answered = true;
    this.#body = body;
    return this;
  }
  json(body?: unknown): this {
    return this.send(body);
  }
  end(body?: unknown): this {
    return this.send(body);
  }
  write(): boolean {
    return true;
  }

  /** The events of the HTTP response, such as `finish`. There are none on stdio and in process. */
  on(event: string, listener: (...args: unknown[]) => void): this {
    this.head?.on(event, listener);
    return this;
  }
  once(event: string, listener: (...args: unknown[]) => void): this {
    return this.on(event, listener);
  }
  addListener(event: string, listener: (...args: unknown[]) => void): this {
    return this.on(event, listener);
  }
}

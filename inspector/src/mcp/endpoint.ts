import type { Message } from './messages.js';
import { readEvents, SseReader } from '../net/sse-reader.js';

/** The server, or something before it, answered with a status and no message. */
export class HttpRefusal extends Error {
  constructor(
    readonly status: number,
    text: string,
    /** `WWW-Authenticate`: what a client would need. */
    readonly challenge: string | undefined,
  ) {
    super(`HTTP ${status}${text === '' ? '' : `: ${text}`}`);
  }

  /** Whether another attempt a moment later may be answered. */
  get isPassing(): boolean {
    return this.status === 429 || this.status >= 500;
  }
}

/** One message as it was sent or received, for the list of messages. */
export interface Traffic {
  readonly at: number;
  readonly direction: 'sent' | 'received';
  readonly message: Message;
}

export type Headers = Readonly<Record<string, string>>;

/** How long a refusal's text may be before the page shortens it. */
const MAX_TEXT = 300;

/** The responses of one request to the endpoint: their head, and the messages in their body. */
export interface Reply {
  readonly headers: globalThis.Headers;
  /** Of its stream, if it is one. */
  readonly events: SseReader;
  messages(): AsyncGenerator<Message>;
}

/** The MCP endpoint over HTTP. It knows nothing of eras. */
export class Endpoint {
  constructor(
    readonly url: string,
    /** Of the person whose view is tried: a token, and headers of a proxy. */
    readonly identity: Headers,
    private readonly watch: (traffic: Traffic) => void = () => undefined,
  ) {}

  /** @throws {HttpRefusal} without a message in the answer @throws {TypeError} without an answer */
  async post(message: Message, headers: Headers, signal?: AbortSignal): Promise<Reply> {
    this.watch({ at: Date.now(), direction: 'sent', message });
    return this.#fetch({
      method: 'POST',
      headers: { ...POST_HEADERS, ...this.identity, ...headers },
      body: JSON.stringify(message),
      ...(signal && { signal }),
    });
  }

  /** A stream of the server; with `last-event-id` among the headers the rest of an interrupted one. */
  async get(headers: Headers, signal?: AbortSignal): Promise<Reply> {
    return this.#fetch({
      headers: { accept: 'text/event-stream', ...this.identity, ...headers },
      ...(signal && { signal }),
    });
  }

  async delete(headers: Headers): Promise<void> {
    await this.#fetch({ method: 'DELETE', headers: { ...this.identity, ...headers }, keepalive: true });
  }

  async #fetch(init: RequestInit): Promise<Reply> {
    const response = await fetch(this.url, { ...init, redirect: 'error' });
    const type = response.headers.get('content-type') ?? '';
    if (!response.ok && !type.startsWith('application/json')) throw await refusal(response);
    const events = new SseReader();
    return { headers: response.headers, events, messages: () => this.#messages(response, type, events) };
  }

  async *#messages(response: Response, type: string, events: SseReader): AsyncGenerator<Message> {
    if (type.startsWith('text/event-stream') && response.body) {
      for await (const { data } of readEvents(response.body, events)) {
        if (data !== '') yield this.#received(JSON.parse(data) as Message);
      }
      return;
    }
    const text = await response.text();
    if (text === '') return;
    const message = JSON.parse(text) as Message;
    // Errors of the framework are JSON too.
    if (message.jsonrpc === '2.0') this.#received(message);
    // What was refused before it was read as a request has no id.
    if (!response.ok && message.id === undefined) throw await refusal(response, message.error?.message ?? text);
    yield message;
  }

  #received(message: Message): Message {
    this.watch({ at: Date.now(), direction: 'received', message });
    return message;
  }
}

export const POST_HEADERS: Headers = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
};

async function refusal(response: Response, text?: string): Promise<HttpRefusal> {
  const body = text ?? (await response.text().catch(() => ''));
  const challenge = response.headers.get('www-authenticate') ?? undefined;
  return new HttpRefusal(response.status, body.slice(0, MAX_TEXT), challenge);
}

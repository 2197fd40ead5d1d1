import { Injectable, Module, ValidationPipe, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { IsString } from 'class-validator';
import { McpContext, McpModule, McpResource, McpServer, McpTool, type McpModuleOptions } from 'nestjs-mcp-fleet';

class Text {
  @IsString() text!: string;
}
class City {
  @IsString() city!: string;
}

/** The stack of the method that was called last, all of it. */
export let lastStack = '';

@Injectable()
class SceneTools {
  /** Without arguments: there is nothing to wait for on the way here, so V8 knows all of it. */
  @McpTool({ description: 'Remembers its stack' })
  trace(): string {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = Number.POSITIVE_INFINITY;
    lastStack = new Error('Not thrown.').stack!;
    Error.stackTraceLimit = limit;
    return 'traced';
  }

  @McpTool({ description: 'Repeats a text' })
  echo({ text }: Text): string {
    return text;
  }

  @McpTool({ description: 'Says something, then answers' })
  speak({ text }: Text, ctx: McpContext): string {
    ctx.progress(1, 2);
    ctx.log.info(text);
    return text;
  }

  @McpTool({ description: 'Says something and never answers' })
  async linger({ text }: Text, ctx: McpContext): Promise<never> {
    ctx.log.info(text);
    return new Promise(() => {});
  }

  @McpTool({ description: 'Asks for a city' })
  async ask({ text }: Text, ctx: McpContext): Promise<string> {
    return (await ctx.elicitOrThrow(City, text)).city;
  }

  @McpTool({ description: 'Asks for a city, as a task', task: 'optional' })
  async askInTask({ text }: Text, ctx: McpContext): Promise<string> {
    return (await ctx.elicitOrThrow(City, text)).city;
  }

  @McpTool({ description: 'May be run again', task: 'optional', idempotent: true })
  runAgain({ text }: Text): string {
    return text;
  }

  @McpResource({ uri: 'scene://thing' })
  thing(): string {
    return 'thing';
  }
}

/** An application with one server, and the client's side of its endpoint. */
export class SceneApp {
  static async start(options: Partial<McpModuleOptions> = {}): Promise<SceneApp> {
    class AppModule {}
    Module({
      imports: [McpModule.forRoot({ name: 'app', version: '1.0.0', telemetry: false, ...options })],
      providers: [SceneTools],
    })(AppModule);
    const warnings: string[] = [];
    const logger = { log() {}, error() {}, warn: (message: string) => void warnings.push(message) };
    const app = await NestFactory.create(AppModule, new FastifyAdapter({ forceCloseConnections: true }), { logger });
    app.useGlobalPipes(new ValidationPipe());
    await app.listen(0, '127.0.0.1');
    return new SceneApp(app, `${await app.getUrl()}/mcp`, warnings);
  }

  #id = 1;

  private constructor(
    readonly app: INestApplication,
    private readonly url: string,
    /** What the application has logged as warnings. */
    readonly warnings: readonly string[],
  ) {}

  get mcp(): McpServer {
    return this.app.get(McpServer);
  }

  close(): Promise<void> {
    return this.app.close();
  }

  /** A modern request; the capabilities are those the client declares with it. */
  modern(method: string, params: Record<string, unknown> = {}, capabilities: object = {}): Promise<Reply> {
    const version = '2026-07-28';
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': version,
      'io.modelcontextprotocol/clientCapabilities': capabilities,
    };
    const name: Record<string, string> = method === 'tools/call' ? { 'mcp-name': String(params['name']) } : {};
    return this.#send('POST', { 'mcp-protocol-version': version, 'mcp-method': method, ...name }, method, {
      ...params,
      _meta,
    });
  }

  /** Opens a legacy session. @returns its id */
  async initialize(capabilities: object = {}): Promise<string> {
    const params = { protocolVersion: '2025-11-25', capabilities, clientInfo: { name: 'scene', version: '1' } };
    const reply = await this.#send('POST', {}, 'initialize', params);
    await reply.json();
    return reply.response.headers.get('mcp-session-id')!;
  }

  legacy(session: string, method: string, params: Record<string, unknown>): Promise<Reply> {
    return this.#send('POST', { 'mcp-session-id': session }, method, params);
  }

  /** Sends the client's response to a request of the server. */
  respond(session: string, id: unknown, result: unknown): Promise<Reply> {
    return this.#fetch('POST', { 'mcp-session-id': session }, { jsonrpc: '2.0', id, result });
  }

  get(session: string, lastEventId?: string): Promise<Reply> {
    const resume: Record<string, string> = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
    return this.#fetch('GET', { 'mcp-session-id': session, ...resume });
  }

  #send(verb: string, headers: Record<string, string>, method: string, params: Record<string, unknown>) {
    return this.#fetch(verb, headers, { jsonrpc: '2.0', id: this.#id++, method, params });
  }

  async #fetch(verb: string, headers: Record<string, string>, body?: object): Promise<Reply> {
    const aborter = new AbortController();
    const response = await fetch(this.url, {
      method: verb,
      headers: { accept: 'application/json, text/event-stream', 'content-type': 'application/json', ...headers },
      signal: aborter.signal,
      ...(body && { body: JSON.stringify(body) }),
    });
    return new Reply(response, aborter);
  }
}

/** One response, which may be an event stream that is still open. */
export class Reply {
  #text = '';
  readonly #chunks: AsyncIterator<Uint8Array>;

  constructor(
    readonly response: Response,
    private readonly aborter: AbortController,
  ) {
    this.#chunks = (response.body as unknown as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  }

  async json(): Promise<Record<string, any>> {
    for (let more = true; more;) more = await this.#read();
    return JSON.parse(this.#text) as Record<string, any>;
  }

  /** Reads an event stream until this was in it. @returns the last message */
  async until(text: string): Promise<Record<string, any>> {
    while (!this.#text.includes(text)) {
      if (!(await this.#read())) throw new Error(`"${text}" is not in ${this.#text}`);
    }
    const data = [...this.#text.matchAll(/^data: (\{.*\})$/gm)].at(-1)?.[1];
    return JSON.parse(data ?? '{}') as Record<string, any>;
  }

  get lastEventId(): string {
    return [...this.#text.matchAll(/^id: (.+)$/gm)].at(-1)![1]!;
  }

  /** Closes the connection. */
  cut(): void {
    this.aborter.abort();
  }

  async #read(): Promise<boolean> {
    const { done, value } = await this.#chunks.next();
    if (value) this.#text += Buffer.from(value).toString('utf8');
    return done !== true;
  }
}

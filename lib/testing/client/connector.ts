import type { OutgoingHttpHeaders } from 'node:http';
import type { JsonObject } from '../../protocol/messages.js';
import { MODERN_REVISION } from '../../protocol/revisions.js';
import type { Endpoint } from '../http/endpoint.js';
import { type Destination, Line } from '../http/line.js';
import { Answers, type McpQuestion } from './answers.js';
import { type McpClientOptions, PATIENCE_MS, revisionOf } from './client-options.js';
import type { Dialect, ListenFilter, McpServerInfo } from './dialect.js';
import { LegacyDialect } from './legacy-dialect.js';
import type { Caller } from './mcp-call.js';
import type { TaskCaller } from './mcp-task.js';
import { ModernDialect } from './modern-dialect.js';
import { RunningRequest } from './running-request.js';
import { type TestPrincipal, TestPrincipals } from './test-principals.js';

const CLIENT_INFO = { name: 'nestjs-mcp-fleet-testing', version: '1.0.0' };
const CLOSED = 'The client is closed.';

export interface Started<T> {
  readonly result: Promise<T>;
  readonly run: RunningRequest;
}

/** What one client has running, and its connection to a server in its era. */
export class Connector implements Caller, TaskCaller {
  readonly revision;
  readonly answers = new Answers();
  readonly #dialect: Dialect;
  readonly #running = new Map<RunningRequest, Promise<unknown>>();
  readonly patienceMs: number;
  #welcome: Promise<McpServerInfo> | undefined;
  #credentials: Promise<OutgoingHttpHeaders> | undefined;
  #tokens = 0;
  #isClosed = false;

  constructor(
    destination: Destination,
    private readonly options: McpClientOptions,
    private readonly principal: TestPrincipal | undefined,
  ) {
    this.patienceMs = options.patienceMs ?? PATIENCE_MS;
    this.revision = revisionOf(options);
    const line = new Line(destination, { path: options.path, headers: (endpoint) => this.#headers(endpoint) });
    const shared = {
      capabilities: () => ({ ...this.answers.capabilities, ...options.capabilities }),
      logLevel: () => options.logLevel,
      clientInfo: CLIENT_INFO,
      newRun: () => new RunningRequest(this.answers),
    };
    const { revision } = this;
    this.#dialect =
      revision === MODERN_REVISION ? new ModernDialect(line, shared) : new LegacyDialect(line, { ...shared, revision });
  }

  /** Whether a response whose connection was cut can be read on another one. */
  get resumes(): boolean {
    return this.#dialect instanceof LegacyDialect;
  }

  get sessionId(): string | undefined {
    return this.#dialect instanceof LegacyDialect ? this.#dialect.session : undefined;
  }

  /** @throws {Error} when the capabilities cannot change any more */
  requireUnopened(method: string): void {
    if (!this.resumes || !this.#welcome) return;
    throw new Error(
      `${method} comes too late: this session is open, and has declared what it can be asked. Call it before the first request.`,
    );
  }

  open(): Promise<McpServerInfo> {
    if (this.#isClosed) return Promise.reject(new Error(CLOSED));
    return (this.#welcome ??= this.#dialect.open().catch((error: unknown) => {
      this.#welcome = undefined;
      throw error;
    }));
  }

  /** @param asTask whether the client asks for a task instead of a result */
  start<T>(method: string, params: JsonObject, project: (result: JsonObject) => T, asTask = false): Started<T> {
    const run = new RunningRequest(this.answers, asTask);
    const result = this.#request(method, params, run).then(project);
    this.#running.set(run, result);
    const forget = () => void this.#running.delete(run);
    result.then(forget, forget);
    return { result, run };
  }

  request(method: string, params: JsonObject): Promise<JsonObject> {
    return this.start(method, params, (result) => result).result;
  }

  answer(question: McpQuestion): Promise<JsonObject> {
    return this.answers.to(question);
  }

  async notify(method: string, params?: JsonObject): Promise<void> {
    await this.#requireOpen();
    await this.#dialect.notify(method, params);
  }

  cancel(run: RunningRequest, reason: string): Promise<void> {
    return this.#dialect.cancel(run, reason);
  }

  async listen(filter: ListenFilter): Promise<[run: RunningRequest, ended: Promise<void>, patienceMs: number]> {
    const run = new RunningRequest(this.answers);
    const timer = this.#watch('listen()', run);
    await this.#opened(run).catch((error: Error) => {
      run.end(error);
      throw error;
    });
    let ended = Promise.resolve();
    await new Promise<void>((connected, failed) => {
      const told = () => {
        clearTimeout(timer);
        run.reconnected();
        connected();
      };
      // It ends without an error, too, if the run is over before it was connected.
      ended = this.#dialect
        .listen(filter, run, told)
        .catch((error: Error) => run.end(error))
        .then(() => {
          this.#running.delete(run);
          failed(run.over);
        });
      this.#running.set(run, ended);
    });
    return [run, ended, this.patienceMs];
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const running = [...this.#running];
    for (const [run] of running) {
      run.expectRejection();
      run.end(new Error(CLOSED));
    }
    await Promise.allSettled(running.map(([, result]) => result));
    // The application may be closed already, and the session with it.
    if (this.#welcome) await this.#dialect.close().catch(() => undefined);
  }

  async #request(method: string, params: JsonObject, run: RunningRequest): Promise<JsonObject> {
    this.#watch(method, run);
    try {
      await this.#opened(run);
      const result = await this.#dialect.request(method, this.#withToken(method, params), run);
      if (run.failed) throw run.failed;
      return result;
    } catch (error) {
      throw run.failed ?? run.over ?? error;
    } finally {
      run.end(new Error('The request has ended.'));
    }
  }

  /** Opens the session, unless the run is over before. */
  async #opened(run: RunningRequest): Promise<void> {
    await Promise.race([this.#requireOpen(), run.ended]);
    if (run.over) throw run.over;
  }

  async #requireOpen(): Promise<void> {
    if (this.#isClosed) throw new Error(CLOSED);
    if (this.resumes) await this.open();
  }

  /** Ends the run when it takes too long. */
  #watch(what: string, run: RunningRequest): NodeJS.Timeout {
    const late = `${what} has not ended within ${this.patienceMs} ms. If it takes longer, set the option "patienceMs".`;
    const timer = setTimeout(() => run.end(new Error(late)), this.patienceMs).unref();
    void run.ended.then(() => clearTimeout(timer));
    return timer;
  }

  /** What runs a method of the application wants its progress. */
  #withToken(method: string, params: JsonObject): JsonObject {
    if (!/^(tools\/call|prompts\/get|resources\/read)$/.test(method)) return params;
    return { ...params, _meta: { progressToken: ++this.#tokens, ...(params._meta as JsonObject | undefined) } };
  }

  async #headers({ principals }: Endpoint): Promise<OutgoingHttpHeaders> {
    const { principal, options } = this;
    if (!principal) return options.headers ?? {};
    if (!options.credentials && !(principals instanceof TestPrincipals)) throw new Error(noCredentials(principal));
    const credentials = options.credentials ?? TestPrincipals.headers;
    this.#credentials ??= Promise.resolve(credentials(principal));
    return { ...options.headers, ...(await this.#credentials) };
  }
}

const noCredentials = ({ subject }: TestPrincipal): string =>
  `The client does not know how "${subject}" is authenticated. Give it the option "credentials", which makes headers of a ` +
  `principal, or override PrincipalResolver with TestPrincipals in the testing module.`;

import type { Principal } from '../session/principal.js';

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/**
 * The request of a call that no HTTP request carries: on stdio, in process, and of a task that another instance took
 * over. Each call has its own, which guards may write to as they write to an HTTP request. It has what guards, trackers
 * and loggers of HTTP applications read without asking, and nothing that the client chose: a guard trusts
 * `request.user` and must not find the arguments there.
 */
export class LocalRequest {
  readonly method = 'POST';
  readonly url = '/';
  readonly originalUrl = '/';
  readonly path = '/';
  readonly protocol = 'http';
  readonly hostname = 'localhost';
  readonly ip = '127.0.0.1';
  readonly socket = { remoteAddress: '127.0.0.1' };
  readonly query = {};
  readonly params = {};
  readonly body = {};
  readonly cookies = {};
  /** Set by the caller in process or by a guard; otherwise the principal. */
  user: unknown;

  constructor(
    readonly headers: Headers,
    principal: Principal | undefined,
  ) {
    this.user = principal;
  }

  get(name: string): string | string[] | undefined {
    return this.headers[name.toLowerCase()];
  }

  header(name: string): string | string[] | undefined {
    return this.get(name);
  }
}

import type { Principal } from './principal.js';

/** What a resolver may look at: this request, and nothing remembered from another (S13). */
export interface PrincipalRequest {
  /** Lower-cased HTTP headers. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The framework's request object. */
  readonly http: unknown;
}

/**
 * Tells who a request speaks for. An abstract class, so that it is its own injection token: provide one with
 * `{ provide: PrincipalResolver, useClass: … }`. Sessions, streams and replay belong to the principal that opened them; for
 * any other they look unknown.
 */
export abstract class PrincipalResolver {
  /**
   * Called for each HTTP request, before its body is looked at.
   *
   * @returns `undefined` for anonymous
   * @throws {PrincipalRefusedError} (or Nest's `UnauthorizedException`, `ForbiddenException`) to refuse the request
   */
  abstract resolve(request: PrincipalRequest): Principal | undefined | Promise<Principal | undefined>;
}

/** The default: everybody is anonymous. */
export class AnonymousPrincipalResolver extends PrincipalResolver {
  override resolve(): undefined {
    return undefined;
  }
}

/** Refuses a request before anything is done with it. */
export class PrincipalRefusedError extends Error {
  override readonly name = 'PrincipalRefusedError';

  /** @param wwwAuthenticate value of `WWW-Authenticate`; default for 401: `Bearer` (RFC 6750) */
  constructor(
    readonly status: 401 | 403,
    message: string,
    readonly wwwAuthenticate: string | undefined = status === 401 ? 'Bearer' : undefined,
  ) {
    super(message);
  }
}

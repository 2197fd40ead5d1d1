import type { Principal } from './principal.js';
import { knownAcrossCopies } from '../packages/known-across-copies.js';

/**
 * The request a resolver authenticates. It contains nothing from earlier requests (SEC13).
 *
 * @publicApi
 */
export interface PrincipalRequest {
  /** Lower-cased HTTP headers. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The framework's request object. */
  readonly http: unknown;
}

/**
 * Authenticates HTTP requests. It is an abstract class so that it can serve as its own injection token. Sessions,
 * streams and replay belong to the principal that opened them and appear unknown to every other one. What it returns is
 * `request.user` too, unless there is one. Default: a `UserPrincipalResolver`, for which `request.user` is the principal.
 *
 * @example
 * ```ts
 * @Injectable()
 * class TokenResolver extends PrincipalResolver {
 *   async resolve({ headers }: PrincipalRequest): Promise<Principal> {
 *     const claims = await verify(headers['authorization']);
 *     if (!claims) throw new PrincipalRefusedError(401, 'Invalid token');
 *     return { issuer: claims.iss, subject: claims.sub };
 *   }
 * }
 * // forRoot({ …, providers: [{ provide: PrincipalResolver, useClass: TokenResolver }] })
 * ```
 * @publicApi
 */
export abstract class PrincipalResolver {
  static {
    knownAcrossCopies(this, 'PrincipalResolver');
  }

  /**
   * Called for each HTTP request before its body is parsed.
   *
   * @returns the principal; `undefined` for an anonymous caller
   * @throws {PrincipalRefusedError} to reject the request, as do Nest's `UnauthorizedException` and
   * `ForbiddenException`
   */
  abstract resolve(request: PrincipalRequest): Principal | undefined | Promise<Principal | undefined>;
}

/**
 * Rejects a request with 401, 403 or 400 before its body is parsed: 400 is for credentials that cannot be read.
 *
 * @publicApi
 */
export class PrincipalRefusedError extends Error {
  static {
    knownAcrossCopies(this, 'PrincipalRefusedError');
  }

  override readonly name: string = 'PrincipalRefusedError';

  /** @param wwwAuthenticate the `WWW-Authenticate` header; default: `Bearer` for 401 (RFC 6750), otherwise none */
  constructor(
    readonly status: 401 | 403 | 400,
    message: string,
    readonly wwwAuthenticate: string | undefined = status === 401 ? 'Bearer' : undefined,
  ) {
    super(message);
  }
}

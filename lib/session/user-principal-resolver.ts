import { isObject } from '../protocol/messages.js';
import type { Principal } from './principal.js';
import { PrincipalRefusedError, PrincipalResolver, type PrincipalRequest } from './principal-resolver.js';
import { userOf } from './request-user.js';
import { knownAcrossCopies } from '../packages/known-across-copies.js';

/** The issuer of users that name none: those of the application itself. */
const APPLICATION = 'application';

/**
 * The default resolver: whoever the application's guards, Passport, hooks or middleware have put on the request as
 * `request.user` is the principal, so that sessions, streams and tasks belong to that user without a second
 * verification. A request without a user is anonymous.
 *
 * @example
 * ```ts
 * @Injectable()
 * class Accounts extends UserPrincipalResolver {
 *   override principalOf(user: Account): Principal {
 *     return { issuer: 'https://shop.example.com', subject: user.accountNumber };
 *   }
 * }
 * // providers: [{ provide: PrincipalResolver, useClass: Accounts }]
 * ```
 * @publicApi
 */
export class UserPrincipalResolver extends PrincipalResolver {
  override resolve(request: PrincipalRequest): Principal | undefined | Promise<Principal | undefined> {
    const user = userOf(request.http);
    return user === undefined ? undefined : this.principalOf(user, request);
  }

  /**
   * Says which principal a user is. Override it for users whose identity has other names. Default: the subject is
   * `sub`, `id`, `userId` or `uid`, the issuer `iss` or else `application`, and the client `azp` or `client_id`.
   *
   * @param user what a guard or middleware has put on the request; never `undefined` or `null`
   * @returns the principal; `undefined` for an anonymous caller
   * @throws {UnidentifiedUserError} if the user has none of these names: it must not share its sessions with others
   */
  principalOf(
    // The user's own class is the application's, and a subclass names it.
    user: any,
    _request: PrincipalRequest,
  ): Principal | undefined | Promise<Principal | undefined> {
    const claims = isObject(user) ? user : {};
    const subject = firstOf(claims, ['sub', 'subject', 'id', 'userId', 'uid']);
    if (subject === undefined) throw new UnidentifiedUserError(user);
    const issuer = firstOf(claims, ['iss', 'issuer']) ?? APPLICATION;
    const clientId = firstOf(claims, ['azp', 'client_id', 'clientId']);
    return clientId === undefined ? { issuer, subject } : { issuer, subject, clientId };
  }
}

function firstOf(claims: Readonly<Record<string, unknown>>, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = claims[name];
    if (typeof value === 'string' && value !== '') return value;
    if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  }
  return undefined;
}

/**
 * A guard or middleware has put a user on the request that cannot be told from others. The request is answered 403, and
 * the log says what to do: override `principalOf()` of a `UserPrincipalResolver`.
 *
 * @publicApi
 */
export class UnidentifiedUserError extends PrincipalRefusedError {
  static {
    knownAcrossCopies(this, 'UnidentifiedUserError');
  }

  override readonly name = 'UnidentifiedUserError';
  /** For the log: the names of the user's members, and the cure. */
  readonly advice: string;

  constructor(user: unknown) {
    super(403, 'The user of this request cannot be identified');
    const has = isObject(user) ? `has only: ${Object.keys(user).join(', ') || 'nothing'}` : `is a ${typeof user}`;
    this.advice =
      `A request was refused: its "user" has none of "sub", "id", "userId" and "uid", by which sessions could belong to it; it ${has}. ` +
      'Extend UserPrincipalResolver, override principalOf(), and provide the class as PrincipalResolver.';
  }
}

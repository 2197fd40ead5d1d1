import { knownAcrossCopies } from '../../packages/known-across-copies.js';
import type { Principal } from '../../session/principal.js';
import { PrincipalResolver, type PrincipalRequest } from '../../session/principal-resolver.js';

/**
 * A principal of a test.
 *
 * @publicApi
 */
export interface TestPrincipal extends Partial<Principal> {
  readonly subject: string;
}

const HEADER = 'x-test-principal';
const ISSUER = 'https://issuer.test';

/**
 * Believes every request who it says it comes from. It takes the place of what authenticates an application, so that
 * `client.as(principal)` works without credentials. For tests only: in an application anybody could be anyone.
 *
 * @example
 * ```ts
 * const module = await Test.createTestingModule({ imports: [AppModule] })
 *   .overrideProvider(PrincipalResolver)
 *   .useClass(TestPrincipals)
 *   .compile();
 * ```
 * @publicApi
 */
export class TestPrincipals extends PrincipalResolver {
  static {
    knownAcrossCopies(this, 'TestPrincipals');
  }

  /** The headers by which a request says who it comes from. */
  static headers({ issuer = ISSUER, ...principal }: TestPrincipal): Record<string, string> {
    return { [HEADER]: Buffer.from(JSON.stringify({ issuer, ...principal })).toString('base64url') };
  }

  override resolve({ headers }: PrincipalRequest): Principal | undefined {
    const said = headers[HEADER];
    return typeof said === 'string' ? (JSON.parse(Buffer.from(said, 'base64url').toString()) as Principal) : undefined;
  }
}

import type { CanActivate, Type } from '@nestjs/common';
import { knownAcrossCopies } from '../packages/known-across-copies.js';
import type { JsonObject } from '../protocol/messages.js';
import type { Principal } from '../session/principal.js';

/**
 * What a policy decides about: one tool, resource, template, prompt, completer or skill, or an extension or one of its
 * methods.
 *
 * @publicApi
 */
export interface AccessTarget {
  readonly kind: 'tool' | 'resource' | 'template' | 'prompt' | 'completion' | 'skill' | 'extension' | 'method';
  /**
   * The name of the tool or prompt, the URI of the resource, the URI template, the argument that is completed, the
   * URI of the `SKILL.md`, the identifier of the extension, or the JSON-RPC method.
   */
  readonly name: string;
  /** The option `meta` of its decorator or registration. Default: none. */
  readonly meta?: Readonly<JsonObject>;
  /** The class of its method, for a `Reflector`. */
  readonly type: Type;
  /** Its method, for a `Reflector`; of an extension, the class itself. */
  readonly handler: (...args: never[]) => unknown;
}

/**
 * `list`: whether the caller may know of it. `call`: whether it may use it with these arguments.
 *
 * @publicApi
 */
export type AccessOperation = 'list' | 'call';

/**
 * Decides who may use a primitive, for its list and its calls alike. It is bound with `@McpAllow()`, is a provider like
 * any other, and must not be request-scoped. A policy that throws denies, and the error is logged.
 *
 * A call is decided twice, as `list` and as `call`, so that nobody calls what the list hides. Only the arguments may
 * make a difference between the two.
 *
 * @example
 * ```ts
 * @Injectable()
 * class OwnsFolder extends AccessPolicy {
 *   constructor(private readonly folders: Folders) {
 *     super();
 *   }
 *
 *   override allows(who: Principal | undefined, what: AccessTarget, operation: AccessOperation, args?: JsonObject) {
 *     if (who === undefined) return false;
 *     return operation === 'list' || this.folders.isOwner(who.subject, String(args?.folder));
 *   }
 * }
 * ```
 * @publicApi
 */
export abstract class AccessPolicy {
  static {
    knownAcrossCopies(this, 'AccessPolicy');
  }

  /**
   * @param who the caller; `undefined` for an anonymous one
   * @param what the primitive
   * @param operation `list` also decides whether tasks of the tool are shown
   * @param args for `call`: the arguments as the client sent them, not validated yet; of a template, its variables
   * @returns whether it is allowed
   */
  abstract allows(
    who: Principal | undefined,
    what: AccessTarget,
    operation: AccessOperation,
    args?: Readonly<JsonObject>,
  ): boolean | Promise<boolean>;
}

/**
 * A guard in the place of a policy; `fromGuard()` makes it.
 *
 * @publicApi
 */
export class GuardReference {
  static {
    knownAcrossCopies(this, 'GuardReference');
  }

  constructor(readonly guard: Type<CanActivate> | CanActivate) {}
}

/**
 * Lets a guard decide as a policy does, so that lists leave out what the guard would refuse. The guard gets an execution
 * context of the class and the method, as for a call: a `Reflector` finds the roles on them, and
 * `switchToHttp().getRequest()` is the request of the client.
 *
 * @param guard the class of a guard, or an instance
 * @example
 * ```ts
 * @McpAllow(fromGuard(RolesGuard))
 * @Injectable()
 * class AdminTools {
 *   @Roles('admin')
 *   @McpTool()
 *   restart() {}
 * }
 * ```
 * @publicApi
 */
export const fromGuard = (guard: Type<CanActivate> | CanActivate): GuardReference => new GuardReference(guard);

/**
 * What `@McpAllow()` takes: the class of a policy, an instance, or a guard.
 *
 * @publicApi
 */
export type AccessPolicySource = Type<AccessPolicy> | AccessPolicy | GuardReference;

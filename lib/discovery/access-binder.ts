import type { CanActivate, Type } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import {
  type AccessPolicy,
  type AccessPolicySource,
  type AccessTarget,
  GuardReference,
} from '../access/access-policy.js';
import { combineRules, type McpAccess } from '../access/access-rule.js';
import type { BoundPolicy, EntryAccess } from '../access/entry-access.js';
import type { ScopeHierarchy } from '../access/scope-hierarchy.js';
import { globalGuardsOf, instanceFor } from '../nest/container.js';
import type { HandlerHost } from '../pipeline/handler-pipelines.js';
import { guardPolicy } from '../pipeline/guard-policy.js';

/** Makes rules of what decorators and registrations declare, with the instances of their policies. */
export class AccessBinder {
  constructor(
    private readonly moduleRef: ModuleRef,
    private readonly scopes: ScopeHierarchy,
    private readonly listingGuards: readonly Type<CanActivate>[] = [],
  ) {}

  /**
   * @returns `undefined` without a rule
   * @throws Error for a declaration that makes no sense, or a policy that cannot be constructed
   */
  async bind(
    target: AccessTarget,
    declared: readonly McpAccess[],
    host: HandlerHost,
  ): Promise<EntryAccess | undefined> {
    const rule = combineRules(declared);
    const { isPublic = false, scopes = [], roles = [], policies: sources = [] } = rule ?? {};
    const policies = isPublic ? [] : await this.#bindAll(sources, target, host);
    if (!rule && policies.length === 0) return undefined;
    // A policy may decide otherwise about each entry.
    const own = policies.length === 0 ? [] : [target.kind, target.name];
    const key = JSON.stringify([scopes, roles, ...own]);
    return { key, isPublic, scopes, roles, policies, isTemplate: target.kind === 'template' };
  }

  async #bindAll(
    sources: readonly AccessPolicySource[],
    target: AccessTarget,
    host: HandlerHost,
  ): Promise<BoundPolicy[]> {
    const bound: BoundPolicy[] = [];
    for (const type of this.listingGuards) {
      const global = globalGuardsOf(this.moduleRef).find((guard) => guard instanceof type);
      const guard = global ?? (await instanceFor(type, host.module));
      bound.push(guardPolicy(guard, target, this.scopes, host.route));
    }
    for (const source of sources) bound.push(await this.#bindOne(source, target, host));
    return bound;
  }

  async #bindOne(source: AccessPolicySource, target: AccessTarget, host: HandlerHost): Promise<BoundPolicy> {
    if (source instanceof GuardReference) {
      const guard = typeof source.guard === 'function' ? await instanceFor(source.guard, host.module) : source.guard;
      return guardPolicy(guard, target, this.scopes, host.route);
    }
    const policy: AccessPolicy = typeof source === 'function' ? await instanceFor(source, host.module) : source;
    if (typeof (policy as Partial<AccessPolicy> | undefined)?.allows !== 'function') {
      throw new Error(`its policy ${nameOf(source)} has no method "allows": extend AccessPolicy, or use fromGuard()`);
    }
    return ({ peer }, operation, args) => policy.allows(peer.principal, target, operation, args);
  }
}

const nameOf = (source: unknown): string => (typeof source === 'function' ? source.name : typeof source);

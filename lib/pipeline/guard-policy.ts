import type { CanActivate } from '@nestjs/common';
import { firstValueFrom, isObservable } from 'rxjs';
import type { BoundPolicy } from '../access/entry-access.js';
import type { AccessTarget } from '../access/access-policy.js';
import { RequiredScopes } from '../access/required-scopes.js';
import type { ScopeHierarchy } from '../access/scope-hierarchy.js';
import { McpContext } from '../context/mcp-context.js';
import { NO_INPUT } from '../context/no-input.js';
import { ExecutionContextHost } from '../nest/container.js';
import { Call } from './call.js';
import { CallResponse } from './call-response.js';
import { MCP_CONTEXT_TYPE } from './execution-context.js';
import { ROUTE_CONTEXT_TYPE, type RouteHost } from './handler-pipelines.js';

/** Asks a guard as if it stood before the method. For lists there are no arguments yet. */
export const guardPolicy =
  (guard: CanActivate, target: AccessTarget, scopes: ScopeHierarchy, route: RouteHost | undefined): BoundPolicy =>
  (exchange, _operation, args = {}) => {
    const ctx = new McpContext(exchange, target.name, NO_INPUT, new RequiredScopes(scopes));
    const { request: carrier } = exchange.peer;
    const request = route ? route.request(carrier, args) : carrier;
    // Its headers go nowhere: an answer has one head, and a list asks about many primitives.
    const elements = [request, new CallResponse(undefined), new Call(ctx, args, undefined)];
    const context = new ExecutionContextHost(elements, target.type, target.handler);
    context.setType(route ? ROUTE_CONTEXT_TYPE : MCP_CONTEXT_TYPE);
    const decision = guard.canActivate(context);
    if (typeof decision === 'boolean') return decision;
    return isObservable(decision) ? firstValueFrom(decision, { defaultValue: false }) : decision;
  };

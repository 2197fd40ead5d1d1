import type { Type } from '@nestjs/common';
import type { AccessTarget } from '../access/access-policy.js';
import type { McpAccess } from '../access/access-rule.js';
import type { McpLimitOptions } from '../limits/limit.js';
import type { HandlerHost } from '../pipeline/handler-pipelines.js';
import type { CompiledSchema } from '../schema/index.js';

/** A method or function that becomes a tool, resource, prompt, completer or JSON-RPC method. */
export interface Primitive {
  readonly host: HandlerHost;
  /** The name if the options do not set one. */
  readonly defaultName: string;
  /** `Class.method`, for error messages. */
  readonly declaredBy: string;
  /** Whether it takes arguments and therefore needs a schema for them. */
  readonly takesArguments: boolean;
  /** The reflected type of the arguments parameter. */
  readonly argumentsType: unknown;
  /** The schemas of a route, which are compiled already. */
  readonly compiled?: { readonly input: CompiledSchema; readonly output: CompiledSchema | undefined };
  /** False if its compiler emits no types, so that `argumentsType` is never known. */
  readonly typesAreEmitted: boolean;
  /** Its class and its method, on which a `Reflector` finds metadata. */
  readonly type: Type;
  readonly handler: AccessTarget['handler'];
  /** Who may use it. */
  readonly access: readonly McpAccess[];
  /** How often it may be used. */
  readonly limits: readonly McpLimitOptions[];
}

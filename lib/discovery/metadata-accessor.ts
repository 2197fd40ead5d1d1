import type { McpAccess } from '../access/access-rule.js';
import type { McpLimitOptions } from '../limits/limit.js';
import { ROUTE_ARGS_METADATA } from '../nest/metadata-keys.js';
import { ParameterKind } from '../decorators/parameter.decorators.js';
import type { McpAppOptions } from '../decorators/app-options.js';
import type { McpExtensionOptions, McpMethodOptions } from '../decorators/extension-options.js';
import type { McpSkillOptions } from '../decorators/skill-options.js';
import {
  MCP_ACCESS,
  MCP_APP,
  MCP_COMPLETE,
  MCP_EXPOSE,
  MCP_EXTENSION,
  MCP_LIMIT,
  MCP_METHOD,
  MCP_PROMPT,
  MCP_RESOURCE,
  MCP_SKILL,
  MCP_TOOL,
  type McpCompleteOptions,
  type McpExposeOptions,
  type McpPromptOptions,
  type McpResourceOptions,
  type McpToolOptions,
} from '../decorators/metadata.js';

/** One MCP decorator of a method. */
export type Declaration =
  | { readonly kind: 'tool'; readonly options: McpToolOptions }
  | { readonly kind: 'resource'; readonly options: McpResourceOptions }
  | { readonly kind: 'prompt'; readonly options: McpPromptOptions }
  | { readonly kind: 'completion'; readonly options: McpCompleteOptions }
  | { readonly kind: 'method'; readonly options: McpMethodOptions }
  | { readonly kind: 'skill'; readonly options: McpSkillOptions }
  | { readonly kind: 'app'; readonly options: McpAppOptions };

const KEYS = [
  ['tool', MCP_TOOL],
  ['resource', MCP_RESOURCE],
  ['prompt', MCP_PROMPT],
  ['completion', MCP_COMPLETE],
  ['method', MCP_METHOD],
  ['skill', MCP_SKILL],
  ['app', MCP_APP],
] as const;

/** The MCP decorators of a method. This is the only code that reads their metadata. */
export const declarationsOf = (method: object): Declaration[] =>
  KEYS.flatMap(([kind, key]) => {
    const options: unknown = Reflect.getMetadata(key, method);
    return options === undefined ? [] : [{ kind, options } as Declaration];
  });

/** What `@McpExtension()` says on a class, or on one that it extends. */
export const extensionOf = (type: object): McpExtensionOptions | undefined =>
  Reflect.getMetadata(MCP_EXTENSION, type) as McpExtensionOptions | undefined;

/** What `@McpExpose()` says on the method, or else on the class: options, `false`, or nothing. */
export const exposureOf = (type: object, method: object): McpExposeOptions | false | undefined =>
  nearest<McpExposeOptions | false>(MCP_EXPOSE, type, method);

/**
 * What `@McpPublic()`, `@McpScopes()` and so on say on a method, if one is given, on its class, and on the classes that this one extends.
 * `@McpPublic()` ends the search: what is beyond it does not apply.
 */
export function accessOf(type: object, method?: object): McpAccess[] {
  const nearer: McpAccess[] = [];
  for (const target of [...(method ? [method] : []), ...lineOf(type)]) {
    const declared = (Reflect.getOwnMetadata(MCP_ACCESS, target) ?? []) as McpAccess[];
    if (!declared.some((one) => one.public)) nearer.push(...declared);
    // Public and something else on one target contradict each other, which is reported where they are combined.
    else return nearer.length === 0 || !declared.every((one) => one.public) ? declared : nearer;
  }
  return nearer;
}

/** What `@McpLimit()` says on a method, or else on its class or the nearest class that this one extends. */
export const declaredLimitsOf = (type: object, method: object): readonly McpLimitOptions[] =>
  nearest<McpLimitOptions[]>(MCP_LIMIT, type, method) ?? [];

/** What a decorator says on a method, or else on its class or the nearest class that this one extends. */
const nearest = <T>(key: string, type: object, method: object): T | undefined =>
  [method, type].map((one) => Reflect.getMetadata(key, one) as T | undefined).find((one) => one !== undefined);

/** A class and those that it extends, the nearest first. */
function* lineOf(type: object): Iterable<object> {
  for (
    let one: unknown = type;
    typeof one === 'function' && one !== Function.prototype;
    one = Object.getPrototypeOf(one)
  ) {
    yield one;
  }
}

const ARGUMENT_KINDS: readonly string[] = [ParameterKind.Arguments, ParameterKind.Query, ParameterKind.Param].map(
  String,
);

interface Parameter {
  readonly index: number;
  readonly data?: string;
}

/** How the parameters of a method use its arguments. */
export interface ArgumentsUse {
  /** Whether a parameter takes the arguments or one of their fields. */
  readonly reads: boolean;
  /** The reflected type of the parameter that takes all arguments. It is the schema, unless the user gives another. */
  readonly type: unknown;
  /** Whether the compiler emitted the types of the method; esbuild, and tsx with it, emits none. */
  readonly typesAreEmitted: boolean;
}

export function argumentsUse(type: new (...args: never[]) => unknown, method: string): ArgumentsUse {
  const parameters = (Reflect.getMetadata(ROUTE_ARGS_METADATA, type, method) ?? {}) as Record<string, Parameter>;
  const reading = Object.entries(parameters).filter(([key]) => ARGUMENT_KINDS.includes(key.split(':', 1)[0]!));
  const whole = reading.find(([, { data }]) => data === undefined)?.[1];
  const types = Reflect.getMetadata('design:paramtypes', type.prototype as object, method) as unknown[] | undefined;
  return {
    reads: reading.length > 0,
    type: whole && types?.[whole.index],
    typesAreEmitted: types !== undefined,
  };
}

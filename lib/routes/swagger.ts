import type { JsonSchema } from '../schema/index.js';

/** What @nestjs/swagger's decorators and its compiler plugin say of a method. Read by key, so that it is no dependency. */
const API_OPERATION = 'swagger/apiOperation';
const API_PARAMETERS = 'swagger/apiParameters';
const API_RESPONSE = 'swagger/apiResponse';
const API_EXCLUDE_CONTROLLER = 'swagger/apiExcludeController';
const API_EXCLUDE_ENDPOINT = 'swagger/apiExcludeEndpoint';

interface ApiParameter {
  readonly name?: string;
  readonly in?: string;
  readonly required?: boolean;
  readonly type?: unknown;
  readonly isArray?: boolean;
  readonly schema?: JsonSchema;
  readonly description?: string;
  readonly example?: unknown;
  readonly [keyword: string]: unknown;
}

export function operationOf(handler: object): { summary?: string; description?: string } {
  const { summary, description } = (Reflect.getMetadata(API_OPERATION, handler) ?? {}) as Record<string, string>;
  return { ...(summary && { summary }), ...(description && { description }) };
}

/** `place` is the `in` of OpenAPI: `path`, `query`, `header` or `body`. */
export const apiParameters = (handler: object, place: string): ApiParameter[] =>
  ((Reflect.getMetadata(API_PARAMETERS, handler) ?? []) as ApiParameter[]).filter((one) => one.in === place);

const KEYWORDS = ['format', 'enum', 'minimum', 'maximum', 'minLength', 'maxLength', 'pattern', 'default', 'items'];
const TYPES = new Map<unknown, string>([
  [String, 'string'],
  [Number, 'number'],
  [Boolean, 'boolean'],
]);

/** The keywords of JSON Schema that `@ApiQuery` and its like give for one parameter. */
export function parameterKeywords(parameter: ApiParameter): JsonSchema {
  const { type, isArray, schema = {}, description, example, ...rest } = parameter;
  const named = typeof type === 'string' ? type : TYPES.get(type);
  const keywords: Record<string, unknown> = { ...(named && { type: named }) };
  for (const source of [schema, rest as JsonSchema]) {
    if (typeof source['type'] === 'string') keywords['type'] = source['type'];
    for (const keyword of KEYWORDS) if (source[keyword] !== undefined) keywords[keyword] = source[keyword];
  }
  const form = isArray && keywords['type'] !== 'array' ? { type: 'array', items: keywords } : keywords;
  return { ...form, ...(description && { description }), ...(example !== undefined && { examples: [example] }) };
}

/** The type of the answer to a successful request, as `@ApiOkResponse` and its like give it. */
export function apiResponse(handler: object): { type: unknown; isArray: boolean } | undefined {
  const responses = (Reflect.getMetadata(API_RESPONSE, handler) ?? {}) as Record<
    string,
    { type?: unknown; isArray?: boolean }
  >;
  const found = Object.entries(responses).find(([status, { type }]) => /^(2\d\d|default)$/.test(status) && type);
  if (!found) return undefined;
  const [, { type, isArray = false }] = found;
  return Array.isArray(type) ? { type: type[0], isArray: true } : { type, isArray };
}

/** Whether the documents of the application leave the route out. What nobody documents is not exposed by a filter. */
export const isUndocumented = (type: object, handler: object): boolean =>
  [Reflect.getMetadata(API_EXCLUDE_CONTROLLER, type) as unknown].flat()[0] === true ||
  (Reflect.getMetadata(API_EXCLUDE_ENDPOINT, handler) as { disable?: boolean } | undefined)?.disable === true;

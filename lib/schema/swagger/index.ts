import type { JsonSchema } from '../schema.js';
import type { SwaggerOptions } from './metadata.js';
import { keywordsOf } from './keywords.js';

export { isRequired as isSwaggerRequired } from './keywords.js';
export type { SwaggerOptions } from './metadata.js';

/**
 * The JSON Schema of one parameter as the options of `@ApiParam`, `@ApiQuery` or `@ApiHeader` describe it. Classes have no
 * place there.
 *
 * @throws {SchemaError} for a reference to a class
 */
export function swaggerSchema(options: SwaggerOptions, where: string): JsonSchema {
  const { schema, ...others } = options;
  return keywordsOf({ ...others, ...schema }, () => undefined, where) as JsonSchema;
}

export { compileSchema, type SchemaUse } from './compile.js';
export { dereferenced } from './dereferenced.js';
export { localRef } from './local-ref.js';
export { paramHeaders, type ParamHeader } from './param-headers.js';
export { promptArguments, type PromptArgument } from './prompt-arguments.js';
export { McpProperty, McpSchema, McpSecret } from './property.decorator.js';
export type { McpPropertyOptions, McpSchemaOptions } from './property-options.js';
export { emptyInput } from './root.js';
export { ignoringUnknown } from './unknown-arguments.js';
export {
  SchemaError,
  type CompiledSchema,
  type DtoClass,
  type JsonSchema,
  type SchemaIssue,
  type SchemaSource,
  type StandardSchemaWithJsonSchema,
  type Validated,
} from './schema.js';
export type { StandardSchemaLike } from './standard-schema.interface.js';
export type { SchemaType } from './schema-type.js';
export { isSwaggerRequired, swaggerSchema, type SwaggerOptions } from './swagger/index.js';

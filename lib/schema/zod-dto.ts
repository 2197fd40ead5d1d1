import type { StandardResult, StandardSchemaLike } from './standard-schema.interface.js';

/** The part of a class of nestjs-zod's `createZodDto()` that is used here. */
interface ZodDto {
  readonly isZodDto: true;
  readonly schema: StandardSchemaLike & { safeEncode?(value: unknown): Encoded };
  /** Whether results are encoded by the schema instead of parsed. */
  readonly codec?: boolean;
}

type Encoded =
  | { readonly success: true; readonly data: unknown }
  | {
      readonly success: false;
      readonly error: { readonly issues: readonly { message: string; path: PropertyKey[] }[] };
    };

export const isZodDto = (source: unknown): source is ZodDto =>
  typeof source === 'function' && (source as Partial<ZodDto>).isZodDto === true;

/** The zod schema of the class. For the results of `{ codec: true }` it encodes, as nestjs-zod's serializer does. */
export function schemaOfZodDto({ schema, codec }: ZodDto, direction: 'input' | 'output'): StandardSchemaLike {
  const encode = schema.safeEncode?.bind(schema);
  if (direction === 'input' || codec !== true || encode === undefined) return schema;
  const { jsonSchema, version, vendor } = schema['~standard'];
  const validate = (value: unknown): StandardResult => {
    const encoded = encode(value);
    return encoded.success ? { value: encoded.data } : { issues: encoded.error.issues };
  };
  return {
    '~standard': {
      version,
      vendor,
      validate,
      ...(jsonSchema && { jsonSchema: { input: jsonSchema.output, output: jsonSchema.input } }),
    },
  };
}

/**
 * The type of the values a schema accepts, as far as TypeScript can infer it. For a DTO class it is the instance type,
 * for a Standard Schema its output type, and for a plain JSON Schema `Record<string, any>`.
 *
 * @publicApi
 */
export type SchemaType<S> = S extends abstract new (...args: any[]) => infer T
  ? T
  : S extends { readonly '~standard': { readonly types?: infer Types } }
    ? NonNullable<Types> extends { readonly output: infer Output }
      ? Output
      : Record<string, any>
    : S extends { readonly schema: infer Inner }
      ? SchemaType<Inner>
      : Record<string, any>;

/** The type of the values a schema lets through, as far as TypeScript can tell. */
export type SchemaType<S> = S extends abstract new (...args: any[]) => infer T
  ? T
  : S extends { readonly '~standard': { readonly types?: infer Types } }
    ? NonNullable<Types> extends { readonly output: infer Output }
      ? Output
      : Record<string, any>
    : S extends { readonly schema: infer Inner }
      ? SchemaType<Inner>
      : Record<string, any>;

/** The part of https://standardschema.dev that is used here, declared to avoid a dependency on a schema library. */
export interface StandardSchemaLike {
  readonly '~standard': StandardProps;
}

export interface StandardProps {
  readonly version: number;
  readonly vendor: string;
  // A method instead of a property keeps a library with a narrower options parameter assignable.
  validate(value: unknown): StandardResult | Promise<StandardResult>;
  /** Standard JSON Schema. Absent if the library does not implement it. */
  readonly jsonSchema?: StandardConverter;
}

export interface StandardConverter {
  input(options: { target: 'draft-2020-12' }): Record<string, unknown>;
  output(options: { target: 'draft-2020-12' }): Record<string, unknown>;
}

export type StandardResult =
  { readonly value: unknown; readonly issues?: undefined } | { readonly issues: readonly StandardIssue[] };

export interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

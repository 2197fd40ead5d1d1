/** The part of https://standardschema.dev that is used here, so that no schema library is a dependency. */
export interface StandardSchemaLike {
  readonly '~standard': StandardProps;
}

export interface StandardProps {
  readonly version: number;
  readonly vendor: string;
  // A method, not a property: a library's narrower options parameter stays assignable.
  validate(value: unknown): StandardResult | Promise<StandardResult>;
  /** Standard JSON Schema; absent when the library does not implement it. */
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

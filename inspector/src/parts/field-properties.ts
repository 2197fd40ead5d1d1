import type { Draft } from '../form/draft.js';
import type { Field } from '../form/field.js';
import type { Problem } from '../form/value-of-draft.js';

export interface FieldProperties<F extends Field = Field> {
  readonly field: F;
  readonly draft: Draft;
  /** Where it is in the form, as in `Problem`. */
  readonly path: string;
  readonly problems: readonly Problem[];
  change(draft: Draft): void;
}

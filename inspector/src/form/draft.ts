import type { Field, GroupField, VariantsField } from './field.js';

/**
 * What a person has filled in so far: text for texts, numbers, dates and JSON, the index of an option for a choice, and
 * the same in objects and arrays for groups and lists.
 */
export type Draft = string | boolean | readonly Draft[] | { readonly [name: string]: Draft };

/** The form that was chosen, by its index or empty for none, and what is filled in there. */
export interface VariantDraft {
  readonly variant: string;
  readonly draft: Draft;
  readonly [name: string]: Draft;
}

/** The draft that shows this value, or the defaults of the schema. */
export function draftOf(field: Field, value: unknown = field.initial): Draft {
  switch (field.kind) {
    case 'text':
      return field.input === 'datetime-local' ? localTime(value) : typeof value === 'string' ? value : '';
    case 'number':
      return typeof value === 'number' ? String(value) : '';
    case 'switch':
      return value === true;
    case 'choice':
      return indexOf(field.options, value);
    case 'choices':
      return Array.isArray(value)
        ? value.map((one) => indexOf(field.options, one)).filter((index) => index !== '')
        : [];
    case 'group':
      return groupDraft(field, value);
    case 'list':
      return Array.isArray(value)
        ? value.map((one) => draftOf(field.item, one))
        : Array.from({ length: field.isRequired ? field.minItems : 0 }, () => draftOf(field.item));
    case 'variants':
      return variantDraft(field, value);
    case 'constant':
      return '';
    case 'json':
      return value === undefined ? '' : JSON.stringify(value, undefined, 2);
  }
}

function groupDraft({ fields }: GroupField, value: unknown): Draft {
  const values = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  return Object.fromEntries(
    fields.map((one) => [one.name, draftOf(one, one.name in values ? values[one.name] : one.initial)]),
  );
}

function variantDraft({ variants, isRequired }: VariantsField, value: unknown): VariantDraft {
  if (value === undefined) return isRequired ? chosenVariant(variants, 0) : { variant: '', draft: '' };
  return chosenVariant(
    variants,
    Math.max(
      0,
      variants.findIndex((one) => fits(one, value)),
    ),
    value,
  );
}

/** The draft after a person chose another of the forms. */
export function chosenVariant(variants: readonly Field[], index: number, value?: unknown): VariantDraft {
  const field = variants[index];
  return field ? { variant: String(index), draft: draftOf(field, value ?? field.initial) } : { variant: '', draft: '' };
}

/** Whether a value looks as if it had been made with this field. */
function fits(field: Field, value: unknown): boolean {
  switch (field.kind) {
    case 'text':
      return typeof value === 'string';
    case 'number':
      return typeof value === 'number';
    case 'switch':
      return typeof value === 'boolean';
    case 'choice':
      return indexOf(field.options, value) !== '';
    case 'constant':
      return field.value === value;
    case 'list':
    case 'choices':
      return Array.isArray(value);
    case 'group':
      return fitsGroup(field, value);
    case 'variants':
      return field.variants.some((one) => fits(one, value));
    case 'json':
      return true;
  }
}

function fitsGroup({ fields }: GroupField, value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const values = value as Record<string, unknown>;
  return fields.every((one) => (one.name in values ? fits(one, values[one.name]) : !one.isRequired));
}

const indexOf = (options: readonly { readonly value: unknown }[], value: unknown): string => {
  const index = options.findIndex((one) => JSON.stringify(one.value) === JSON.stringify(value));
  return index === -1 ? '' : String(index);
};

/** `2026-07-28T09:30`, in the time zone of the person, as such inputs want it. */
function localTime(value: unknown): string {
  const date = typeof value === 'string' ? new Date(value) : undefined;
  if (!date || Number.isNaN(date.getTime())) return '';
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** The part of a group's draft for one of its fields. */
export const partOf = (draft: Draft, name: string): Draft => (draft as { readonly [name: string]: Draft })[name] ?? '';

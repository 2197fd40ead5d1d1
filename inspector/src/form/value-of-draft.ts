import { type Draft, draftOf, partOf, type VariantDraft } from './draft.js';
import type { Field, GroupField, ListField, NumberField, TextField } from './field.js';

export interface Problem {
  /** Where it is, such as `address.city` or `tags.0`; empty for the whole form. */
  readonly path: string;
  readonly message: string;
}

export interface Filled {
  /** `undefined` when nothing was filled in. */
  readonly value: unknown;
  readonly problems: readonly Problem[];
}

/**
 * Reads what was filled in. It checks only what keeps a form from being read at all: the server is what validates, and
 * what it answers is what people want to see here. An empty input is an absent value.
 */
export function valueOfDraft(field: Field, draft: Draft): Filled {
  const problems: Problem[] = [];
  const value = new Reading(problems).read(field, draft, '');
  return { value, problems };
}

class Reading {
  constructor(private readonly problems: Problem[]) {}

  read(field: Field, draft: Draft, path: string): unknown {
    switch (field.kind) {
      case 'constant':
        return field.value;
      case 'switch':
        return draft === true;
      case 'group':
        return this.#group(field, draft, path);
      case 'list':
        return this.#list(field, draft as readonly Draft[], path);
      case 'choices': {
        const chosen = (draft as readonly string[]).map((index) => field.options[Number(index)]!.value);
        return chosen.length > 0 || field.isRequired ? chosen : undefined;
      }
      case 'variants': {
        const { variant, draft: inner } = draft as VariantDraft;
        return variant === '' ? undefined : this.read(field.variants[Number(variant)]!, inner, path);
      }
      default:
        if (draft !== '') return this.#text(field, draft as string, path);
        return field.isRequired ? this.#problem(path, `${field.label || 'This value'} is required.`) : undefined;
    }
  }

  #group(field: GroupField, draft: Draft, path: string): unknown {
    // What nobody touched is left out, so that its required fields do not require anything.
    if (!field.isRequired && sameDraft(draft, draftOf(field)) && field.initial === undefined) return undefined;
    const entries = field.fields.map((one) => [
      one.name,
      this.read(one, partOf(draft, one.name), join(path, one.name)),
    ]);
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as unknown;
  }

  #list({ item, isRequired }: ListField, drafts: readonly Draft[], path: string): unknown {
    if (drafts.length === 0 && !isRequired) return undefined;
    return drafts.map((draft, index) => this.read(item, draft, join(path, String(index))));
  }

  #text(field: Field, text: string, path: string): unknown {
    switch (field.kind) {
      case 'choice':
        return field.options[Number(text)]!.value;
      case 'number':
        return this.#number(field, text, path);
      case 'json':
        return this.#json(text, path);
      default:
        return (field as TextField).input === 'datetime-local' ? new Date(text).toISOString() : text;
    }
  }

  #number({ label, isInteger }: NumberField, text: string, path: string): unknown {
    const value = Number(text);
    if (Number.isNaN(value)) return this.#problem(path, `${label || 'This value'} is not a number.`);
    if (isInteger && !Number.isInteger(value))
      return this.#problem(path, `${label || 'This value'} is not an integer.`);
    return value;
  }

  #json(text: string, path: string): unknown {
    try {
      return JSON.parse(text) as unknown;
    } catch (error) {
      return this.#problem(path, `This is not JSON: ${(error as Error).message}`);
    }
  }

  #problem(path: string, message: string): undefined {
    this.problems.push({ path, message });
  }
}

const sameDraft = (one: Draft, other: Draft): boolean => JSON.stringify(one) === JSON.stringify(other);
const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

import type { JsonSchema } from '../schema.js';

type Draft = Record<string, any>;

/**
 * Folds a union at the root into one object, because Claude and OpenAI refuse unions there: it has the properties of all
 * branches and requires what all of them require. Each property takes what it takes in any branch.
 */
export function foldRoot(schema: JsonSchema): JsonSchema {
  const { anyOf, ...rest } = schema as Draft;
  if (!Array.isArray(anyOf) || !anyOf.every((branch) => branch.type === 'object')) return schema;
  const names = [...new Set(anyOf.flatMap((branch) => Object.keys(branch.properties ?? {})))];
  const properties = Object.fromEntries(names.map((name) => [name, anyForm(anyOf, name)]));
  const required = names.filter((name) => anyOf.every((branch) => branch.required?.includes(name)));
  return {
    ...rest,
    type: 'object',
    properties,
    ...(required.length > 0 && { required }),
    ...(anyOf.every((branch) => branch.additionalProperties === false) && { additionalProperties: false }),
  };
}

function anyForm(branches: readonly Draft[], name: string): Draft {
  const isOpen = branches.some((one) => !(name in (one['properties'] ?? {})) && one['additionalProperties'] !== false);
  const forms = branches.flatMap((branch) => branch['properties']?.[name] ?? []) as Draft[];
  // An open branch that does not know the name accepts anything under it.
  if (isOpen) return { ...(forms[0]?.['description'] && { description: forms[0]['description'] }) };
  if (forms.every((form) => form['type'] === 'string' && Array.isArray(form['enum'])))
    return { ...forms[0], enum: [...new Set(forms.flatMap((form) => form['enum']))] };
  const distinct = forms.filter((form, index) => forms.findIndex((one) => isSame(one, form)) === index);
  return distinct.length === 1 ? distinct[0]! : { anyOf: distinct.flatMap(({ anyOf, ...form }) => anyOf ?? [form]) };
}

const isSame = (a: Draft, b: Draft): boolean => JSON.stringify(a) === JSON.stringify(b);

import type { JsonSchema } from '../schema/index.js';

/** The parts of an HTTP request that hold arguments, in the order in which they choose names. */
export const PLACES = ['path', 'query', 'headers', 'body'] as const;
export type Place = (typeof PLACES)[number];

/** One argument of the tool, and where the request has it. */
export interface Member {
  readonly place: Place;
  /** The name in its place; `undefined` if the argument is the whole place. */
  readonly key: string | undefined;
  /** The name of the argument. */
  readonly name: string;
  readonly schema: JsonSchema;
  readonly required: boolean;
}

/** What the parameters of a route say about one place. */
export interface PlaceForm {
  readonly members: ReadonlyMap<string, { readonly schema: JsonSchema; readonly required: boolean }>;
  /** The form of the place, where it has no members of its own: a list, or an object that nothing describes. */
  readonly whole: { readonly schema: JsonSchema; readonly required: boolean } | undefined;
}

/**
 * Chooses the arguments: each member of a place becomes one of the same name. Where a name is taken, the members of the
 * later place stay together, in one argument that has the name of the place.
 *
 * @throws Error if that name is taken too
 */
export function chooseMembers(forms: ReadonlyMap<Place, PlaceForm>): Member[] {
  const chosen = new Map<string, Member>();
  for (const place of PLACES) {
    const form = forms.get(place);
    if (!form) continue;
    for (const member of membersOf(place, form, chosen)) {
      const other = chosen.get(member.name);
      if (other) {
        throw new Error(
          `the argument "${member.name}" would be its ${other.place} and its ${place}. Rename one of them, or give "input".`,
        );
      }
      chosen.set(member.name, member);
    }
  }
  return [...chosen.values()];
}

function membersOf(place: Place, { members, whole }: PlaceForm, chosen: ReadonlyMap<string, Member>): Member[] {
  if (whole) return [{ place, key: undefined, name: place, ...whole }];
  const named = [...members].map(([key, member]): Member => ({ place, key, name: key, ...member }));
  if (!named.some(({ name }) => chosen.has(name))) return named;
  const required = named.filter((one) => one.required).map(({ name }) => name);
  const schema = objectOf(named);
  return [{ place, key: undefined, name: place, schema, required: required.length > 0 }];
}

/** The JSON Schema of an object with these members. */
export function objectOf(members: readonly Member[]): JsonSchema {
  const required = members.filter((one) => one.required).map(({ name }) => name);
  return {
    type: 'object',
    properties: Object.fromEntries(members.map(({ name, schema }) => [name, schema])),
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  };
}

/** A condition of `@IsOptional` or `@ValidateIf`: the rules of the property hold only if it does. */
export interface Condition {
  readonly holds: (object: object, value: unknown) => boolean;
  /**
   * What it depends on. `absent`: the rules hold unless the value is missing or null, as after `@IsOptional`.
   * `undefined`: unless it is missing, as after `PartialType(Dto, { skipNullProperties: false })`. `other`: anything
   * else, which a schema cannot announce.
   */
  readonly kind: 'absent' | 'undefined' | 'other';
}

const PRESENT = [false, true, 0, 1, '', 'a', [], {}];

/** A condition that reads another property of the object is of another kind than one that looks at the value alone. */
const UNREADABLE = new Proxy(
  {},
  {
    get(_object, property): never {
      throw new TypeError(`the condition reads ${String(property)}`);
    },
  },
);

/** Names the kind of a condition by trying it, because a mapped type may write `@IsOptional` as `@ValidateIf`. */
export function conditionOf(holds: Condition['holds'], name: string | undefined): Condition {
  return { holds, kind: name === 'isOptional' ? 'absent' : kindOf(holds) };
}

function kindOf(holds: Condition['holds']): Condition['kind'] {
  try {
    if (holds(UNREADABLE, undefined) || !PRESENT.every((value) => holds(UNREADABLE, value))) return 'other';
    return holds(UNREADABLE, null) ? 'undefined' : 'absent';
  } catch {
    return 'other';
  }
}

/** Two conditions of the same kind say it once: a class and the mapped type of it may both have `@IsOptional`. */
export const distinct = (conditions: readonly Condition[]): Condition[] =>
  conditions.filter(
    ({ kind }, index) => kind === 'other' || conditions.findIndex((other) => other.kind === kind) === index,
  );

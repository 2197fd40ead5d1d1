/** The type of a property or parameter in the options of @nestjs/swagger, unfolded. */
export interface SwaggerType {
  /** A class, a scalar's constructor, the name of a JSON type, an object of properties, or an enum. */
  readonly type: unknown;
  /** How many lists are around it. */
  readonly lists: number;
}

/** Unfolds `type: () => [Cat]`, `type: [String]` and `isArray: true`. */
export function typeOf(type: unknown, isArray: unknown): SwaggerType {
  let inner = type;
  let lists = isArray === true ? 1 : 0;
  for (;;) {
    if (isLazy(inner)) inner = inner();
    else if (Array.isArray(inner)) {
      inner = inner[0];
      lists += 1;
    } else return { type: inner, lists };
  }
}

/** An arrow function. Classes and the constructors of scalars have a prototype. */
const isLazy = (type: unknown): type is () => unknown =>
  typeof type === 'function' && (type as { prototype?: unknown }).prototype === undefined;

/** The members of `enum`: an enum, a list of values, or a function that returns one of them. */
export function membersOf(members: unknown): object | undefined {
  const found: unknown = isLazy(members) ? members() : members;
  return typeof found === 'object' && found !== null ? found : undefined;
}

/** Whether an object is an enum that was given as a type, and not an object of properties. */
export const isEnumObject = (type: object): boolean => {
  const values = Object.values(type);
  return values.length > 0 && values.every((value) => typeof value === 'string' || typeof value === 'number');
};

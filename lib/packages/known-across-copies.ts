type Class = abstract new (...args: never[]) => unknown;

/** One list for all copies in the process: for each name, its class in every copy that is loaded. */
const KEY = Symbol.for('nestjs-mcp-fleet:classes');
const everywhere = globalThis as { [KEY]?: Map<string, Class[]> };
const classes = (everywhere[KEY] ??= new Map());

const NAME = Symbol.for('nestjs-mcp-fleet:name');
const isOwnInstance = Function.prototype[Symbol.hasInstance];

/**
 * Makes a class known across copies of this package. A library may bring a copy of its own, whose classes are others: an
 * error that it throws would be an unknown one, and what it provides or injects would not be found. `instanceof` then also
 * accepts the instances of the class with this name in another copy, and of its subclasses there.
 */
export function knownAcrossCopies(type: Class, name: string): void {
  const brand = Symbol.for(`nestjs-mcp-fleet:${name}`);
  Object.defineProperty(type.prototype, brand, { value: true });
  Object.defineProperty(type, NAME, { value: name });
  Object.defineProperty(type, Symbol.hasInstance, {
    value(this: unknown, value: unknown): boolean {
      if (isOwnInstance.call(this as Class, value)) return true;
      // A subclass inherits this method, and is not what another copy means.
      return this === type && typeof value === 'object' && value !== null && brand in value;
    },
  });
  const known = classes.get(name);
  if (known) known.push(type);
  else classes.set(name, [type]);
}

/** Whether both are the same class, in one copy or in two. */
export const isSameClass = (one: unknown, other: unknown): boolean =>
  one === other || (nameOf(one) !== undefined && nameOf(one) === nameOf(other));

/** The class with the same name in every other copy that is loaded by now. */
export const inOtherCopies = (type: Class): Class[] =>
  (classes.get(nameOf(type) ?? '') ?? []).filter((other: Class) => other !== type);

const nameOf = (type: unknown): string | undefined =>
  typeof type === 'function' && Object.hasOwn(type, NAME) ? (type as unknown as { [NAME]: string })[NAME] : undefined;

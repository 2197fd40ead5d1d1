/** A decorator that adds a value to the list of those that stand on the same class or method, in the order of the text. */
export const listed =
  (key: string, value: unknown): ClassDecorator & MethodDecorator =>
  (target: object, _method?: string | symbol, descriptor?: PropertyDescriptor) => {
    const on = (descriptor?.value as object | undefined) ?? target;
    const known = (Reflect.getOwnMetadata(key, on) ?? []) as unknown[];
    Reflect.defineMetadata(key, [value, ...known], on);
  };

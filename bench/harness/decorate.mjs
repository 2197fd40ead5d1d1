import 'reflect-metadata';

/** Applies decorators as `@A() @B() method(@C() c)` compiles to, because plain .mjs has no syntax for them. */
export function decorateMethod(target, method, decorators, parameterDecorators = []) {
  const descriptor = Object.getOwnPropertyDescriptor(target.prototype, method);
  parameterDecorators.forEach((decorate, index) => decorate(target.prototype, method, index));
  for (const decorate of decorators.toReversed()) decorate(target.prototype, method, descriptor);
}

export function decorateClass(target, decorators, constructorTypes = []) {
  Reflect.defineMetadata('design:paramtypes', constructorTypes, target);
  for (const decorate of decorators.toReversed()) decorate(target);
}

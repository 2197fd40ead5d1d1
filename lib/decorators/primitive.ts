import { ENTRY_PROVIDER_WATERMARK } from '@nestjs/common/internal';
import { McpContext } from '../context/mcp-context.js';
import { describeParameter, hasParameterMetadata, ParameterKind } from './parameter.decorators.js';

/**
 * What every primitive's decorator does: leave its options on the method, name the parameters, and mark the class as an
 * entry point. Without the mark Nest would skip request-scoped global guards on it.
 */
export function primitive(key: string, options: object): MethodDecorator {
  return (target, method, descriptor) => {
    Reflect.defineMetadata(key, options, descriptor.value as object);
    Reflect.defineMetadata(ENTRY_PROVIDER_WATERMARK, true, target.constructor);
    if (!hasParameterMetadata(target.constructor, method))
      nameParameters(target, method, descriptor.value as Function, options);
  };
}

/** Parameters without decorators are `(args, ctx)`, or just `(ctx)` where the first is typed `McpContext`. */
function nameParameters(target: object, method: string | symbol, { length }: Function, options: object): void {
  // Compilers that emit no types (esbuild, plain JavaScript) leave only the count, which stops at a default value.
  const untyped = Array.from<undefined>({ length: 'input' in options ? 2 : length });
  const types = (Reflect.getMetadata('design:paramtypes', target, method) ?? untyped) as unknown[];
  let given = false;
  for (const [index, type] of types.slice(0, 2).entries()) {
    const context = given || type === McpContext;
    if (!context) given = true;
    describeParameter(target.constructor, method, context ? ParameterKind.Context : ParameterKind.Arguments, { index });
  }
}

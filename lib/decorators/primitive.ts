import { ENTRY_PROVIDER_WATERMARK } from '../nest/metadata-keys.js';
import { McpContext } from '../context/mcp-context.js';
import { isSameClass } from '../packages/known-across-copies.js';
import { describeParameter, hasParameterMetadata, ParameterKind } from './parameter.decorators.js';

/**
 * The common part of the MCP decorators. It stores the options on the method, assigns the parameters, and marks the
 * class as an entry point. Without the mark Nest would skip request-scoped global guards for the class.
 */
export function primitive(key: string, options: object): MethodDecorator {
  return (target, method, descriptor) => {
    Reflect.defineMetadata(key, options, descriptor.value as object);
    Reflect.defineMetadata(ENTRY_PROVIDER_WATERMARK, true, target.constructor);
    if (!hasParameterMetadata(target.constructor, method))
      assignParameters(target, method, descriptor.value as Function, options);
  };
}

/** Parameters without decorators are `(args, ctx)`, or `(ctx)` if the first one has the type `McpContext`. */
function assignParameters(target: object, method: string | symbol, { length }: Function, options: object): void {
  // Without emitted types (esbuild, plain JavaScript) only the parameter count is known. It stops at a default value.
  const untyped = Array.from<undefined>({ length: 'input' in options ? 2 : length });
  const types = (Reflect.getMetadata('design:paramtypes', target, method) ?? untyped) as unknown[];
  let hasArguments = false;
  for (const [index, type] of types.slice(0, 2).entries()) {
    const context = hasArguments || isSameClass(type, McpContext);
    if (!context) hasArguments = true;
    describeParameter(target.constructor, method, context ? ParameterKind.Context : ParameterKind.Arguments, { index });
  }
}

import { ENTRY_PROVIDER_WATERMARK } from '@nestjs/common/internal';
import { describeParameter, ParameterKind } from '../decorators/parameter.decorators.js';

/**
 * The provider that primitives registered at run time belong to: through it they get the global guards, pipes,
 * interceptors and filters like any method.
 */
export class RuntimeHandlerHost {
  /** The name under which Nest looks for parameters; the function that was registered runs in its place. */
  run(): void {}
}

describeParameter(RuntimeHandlerHost, 'run', ParameterKind.Arguments, { index: 0 });
describeParameter(RuntimeHandlerHost, 'run', ParameterKind.Context, { index: 1 });
Reflect.defineMetadata(ENTRY_PROVIDER_WATERMARK, true, RuntimeHandlerHost);

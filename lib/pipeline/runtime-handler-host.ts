import { ENTRY_PROVIDER_WATERMARK } from '../nest/metadata-keys.js';
import { describeParameter, ParameterKind } from '../decorators/parameter.decorators.js';

/**
 * The provider that hosts primitives registered at run time, so that the global guards, pipes, interceptors and filters
 * apply to them as to any method.
 */
export class RuntimeHandlerHost {
  /** Nest reads the parameters' metadata under this name; the registered function runs in its place. */
  run(): void {}
}

describeParameter(RuntimeHandlerHost, 'run', ParameterKind.Arguments, { index: 0 });
describeParameter(RuntimeHandlerHost, 'run', ParameterKind.Context, { index: 1 });
Reflect.defineMetadata(ENTRY_PROVIDER_WATERMARK, true, RuntimeHandlerHost);

import type { Type } from '@nestjs/common';

/**
 * Which global enhancers of one kind run: all, none, only those of these classes, or all but those.
 *
 * @publicApi
 */
export type EnhancerChoice = boolean | readonly Type[] | { readonly except: readonly Type[] };

/**
 * Which of the application's global enhancers (`APP_GUARD`, `useGlobalGuards()` and so on) also run around each tool,
 * resource, prompt and completer. Those that are bound to a class or a method always run.
 *
 * @example
 * ```ts
 * McpModule.forRoot({
 *   name: 'shop',
 *   version: '1.0.0',
 *   globalEnhancers: { interceptors: { except: [AccessLogInterceptor] } },
 * });
 * ```
 * @publicApi
 */
export interface GlobalEnhancers {
  /** Default: `true`. Only there they see the metadata of the method, such as roles. */
  readonly guards?: EnhancerChoice;
  /** Default: `true`. */
  readonly interceptors?: EnhancerChoice;
  /** Default: `true`. */
  readonly pipes?: EnhancerChoice;
  /** Default: `true`. */
  readonly filters?: EnhancerChoice;
}

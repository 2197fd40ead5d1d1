/**
 * The functions of the test framework that a contract suite needs. vitest, jest, mocha and node:test all have them.
 *
 * @example
 * ```ts
 * import { setTimeout } from 'node:timers/promises';
 * import { describe, it } from 'vitest';
 * import { sessionStoreContract } from 'nestjs-mcp-fleet/testing';
 *
 * sessionStoreContract({ describe, it }, {
 *   create: async (limits) => {
 *     const store = new MySessionStore(limits);
 *     return { store, advance: (ms) => setTimeout(ms), dispose: () => store.close() };
 *   },
 * });
 * ```
 * @publicApi
 */
export interface Runner {
  describe(name: string, body: () => void): unknown;
  it(name: string, body: () => Promise<void>): unknown;
}

/**
 * The common part of all set-ups of contract suites. Each test creates its own set-up and disposes of it.
 *
 * @publicApi
 */
export interface Disposable {
  dispose(): Promise<void>;
}

/** @internal Creates an `it` whose body gets a new set-up, which is disposed of even if the test fails. */
export const withSetup =
  <Args extends unknown[], S extends Disposable>(
    runner: Runner,
    create: (...args: Args) => Promise<S>,
    ...args: Args
  ) =>
  (name: string, body: (setup: S) => Promise<void>): void => {
    runner.it(name, async () => {
      const setup = await create(...args);
      try {
        await body(setup);
      } finally {
        await setup.dispose();
      }
    });
  };

/** What a contract suite needs of a test framework; vitest, jest, mocha and node:test all have it. */
export interface Runner {
  describe(name: string, body: () => void): unknown;
  it(name: string, body: () => Promise<void>): unknown;
}

/** What every set-up of a contract suite has. Each test makes its own and disposes of it. */
export interface Disposable {
  dispose(): Promise<void>;
}

/** @internal Makes an `it` whose body gets a fresh set-up, disposed of whether the test passes or not. */
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

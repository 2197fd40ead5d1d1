import { NestApplication, NestApplicationContext, type ModulesContainer } from '@nestjs/core';

/** The members of an application that are used here. */
interface Application {
  readonly container: { getModules(): ModulesContainer };
}
type Method = (this: Application, ...args: unknown[]) => Promise<unknown>;

/** How long an application whose port was not free may take to listen again, ms: some try the next port. */
const LISTEN_AGAIN_MS = 2000;
/** How long the failure of a start waits for its listeners, ms. */
const CLEAN_UP_MS = 2000;

const listeners = new WeakMap<ModulesContainer, Set<() => Promise<void>>>();
const listening = new WeakMap<ModulesContainer, NodeJS.Timeout>();
let watched = false;

/**
 * Calls the listener when `init()` of the application fails, before the caller is told, and soon after its `listen()`
 * has failed. Nest has no hook for it: a module whose own hooks have succeeded does not learn that those of another one
 * failed, and what it has opened would keep a process alive that handles the error.
 *
 * @param modules the container of the application
 */
export function onFailedStart(modules: ModulesContainer, listener: () => Promise<void>): void {
  watchOnce();
  const others = listeners.get(modules);
  if (others) others.add(listener);
  else listeners.set(modules, new Set([listener]));
}

function watchOnce(): void {
  if (watched) return;
  watched = true;
  // `init` is overridden, so that there are two.
  for (const { prototype } of [NestApplication, NestApplicationContext]) {
    afterFailure(prototype, 'init', (modules) => cleanUp(modules));
  }
  afterFailure(NestApplication.prototype, 'listen', async (modules) => {
    clearTimeout(listening.get(modules));
    listening.set(modules, setTimeout(() => void cleanUp(modules), LISTEN_AGAIN_MS).unref());
  });
}

function afterFailure(
  prototype: object,
  name: 'init' | 'listen',
  failed: (modules: ModulesContainer) => Promise<void>,
) {
  const methods = prototype as Record<typeof name, Method>;
  const original = methods[name];
  methods[name] = async function (...args) {
    const modules = this.container.getModules();
    if (name === 'listen') clearTimeout(listening.get(modules));
    try {
      return await original.apply(this, args);
    } catch (error) {
      if (listeners.has(modules)) await failed(modules);
      throw error;
    }
  };
}

async function cleanUp(modules: ModulesContainer): Promise<void> {
  const all = [...(listeners.get(modules) ?? [])].map((listener) => listener());
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, CLEAN_UP_MS).unref()));
  await Promise.race([Promise.allSettled(all), late]);
  clearTimeout(timer);
}

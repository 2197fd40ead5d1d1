import type { BackendFactories } from '../../backends/backends.js';
import { MemoryBackends } from '../../backends/memory-backends.js';
import type { ResolvedOptions } from '../../options/resolve-options.js';

/** Parts in memory that all instances of a server share, as if this process were their Redis. */
export class SharedMemory {
  readonly #servers = new Map<string | undefined, BackendFactories>();

  /** @param server the name of the server; each has parts of its own */
  of(server: string | undefined, options: ResolvedOptions, report: (error: unknown) => void): BackendFactories {
    let factories = this.#servers.get(server);
    if (!factories) this.#servers.set(server, (factories = shared(new MemoryBackends(options, report))));
    return factories;
  }
}

/** Creates each part once. */
function shared(memory: MemoryBackends): BackendFactories {
  const broker = memory.broker();
  const sessions = memory.sessions();
  const parts = {
    ...{ broker, sessions, log: memory.log(broker, sessions), pending: memory.pending(broker, sessions) },
    ...{ nonces: memory.nonces(), tasks: memory.tasks(), keyRing: memory.keyRing(), limits: memory.limits() },
  };
  const lent = Object.entries(parts).map(([name, part]) => [name, unclosable(part)] as const);
  const create = Object.fromEntries(lent.map(([name, part]) => [name, () => part])) as unknown as BackendFactories;
  return { ...create, stored: memory.stored, close: () => undefined };
}

/** An instance closes its parts when it ends; the other instances still use these. */
const unclosable = <T extends object>(part: T): T =>
  new Proxy(part, {
    has: (target, key) => key !== 'close' && key in target,
    get(target, key) {
      const value: unknown = key === 'close' ? undefined : Reflect.get(target, key, target);
      return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
    },
  });

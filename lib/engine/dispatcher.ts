import { DuplicateEntryError } from '../catalog/table.js';
import type { Exchange } from '../exchange/exchange.js';
import type { Observer } from '../observe/observer.js';
import type { Era } from '../protocol/revisions.js';
import type { Method } from './method.js';
import { type Answer, RunningRequest, type RunningRequestParts } from './running-request.js';

/** Finds the method of a request, and has it run. */
export class Dispatcher {
  readonly #methods: Record<Era, Map<string, Method>> = { modern: new Map(), legacy: new Map() };

  constructor(
    methods: readonly Method[],
    private readonly observer: Observer,
    private readonly parts: RunningRequestParts,
  ) {
    this.add(methods);
  }

  /** @throws {DuplicateEntryError} for a method that exists in an era of it */
  add(methods: readonly Method[]): void {
    for (const method of methods) {
      for (const era of method.eras) {
        if (this.knows(era, method.name)) {
          throw new DuplicateEntryError(`The method "${method.name}" exists already on this server. Rename it.`);
        }
        this.#methods[era].set(method.name, method);
      }
    }
  }

  /** Whether a method exists in this era, advertised or not. */
  knows(era: Era, method: string): boolean {
    return this.#methods[era].has(method);
  }

  /** @returns the response, as a promise only if something has to be waited for; never throws or rejects */
  dispatch(exchange: Exchange): Answer | Promise<Answer> {
    const { request, peer } = exchange;
    const method = this.#methods[peer.era].get(request.method);
    const observed = this.observer.begin(exchange, method !== undefined);
    const running = new RunningRequest(exchange, method, observed, this.parts);
    return observed ? observed.run(() => running.serve()) : running.serve();
  }
}

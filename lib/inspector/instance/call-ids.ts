import type { Exchange } from '../../exchange/exchange.js';

/** Ids by which the page knows a call while it runs and when it has ended. Only those that are shown get one. */
export class CallIds {
  readonly #known = new WeakMap<Exchange, string>();
  #count = 0;

  /** @param instance the id of this instance, so that no other one has the same */
  constructor(private readonly instance: string) {}

  of(exchange: Exchange): string {
    let id = this.#known.get(exchange);
    if (id === undefined) this.#known.set(exchange, (id = `${this.instance}.${++this.#count}`));
    return id;
  }
}

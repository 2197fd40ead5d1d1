import { type FleetListener, FleetStream } from './fleet-stream.js';

/** Whoever does not look for this long does not watch any more, so that a forgotten tab costs the instances nothing. */
const UNSEEN_MS = 10 * 60_000;

/** Watches the fleet while the page is seen, and some time longer. */
export class FleetWatch {
  #stream: FleetStream | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly url: string,
    private readonly listener: FleetListener,
  ) {}

  begin(): void {
    document.addEventListener('visibilitychange', () => this.#changed());
    this.#changed();
  }

  #changed(): void {
    clearTimeout(this.#timer);
    if (document.visibilityState === 'visible') this.#stream ??= new FleetStream(this.url, this.listener);
    else this.#timer = setTimeout(() => this.#end(), UNSEEN_MS);
  }

  #end(): void {
    this.#stream?.close();
    this.#stream = undefined;
    this.listener.linked({ kind: 'lost', reason: 'This page was not looked at for ten minutes.' });
  }
}

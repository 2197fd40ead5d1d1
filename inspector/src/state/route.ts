import { type ReadonlySignal, signal } from '@preact/signals';

/** Where the person is: the parts of the fragment, decoded, such as `['tools', 'forecast']`. */
export class Route {
  readonly #parts = signal<readonly string[]>([]);

  constructor(private readonly window: Window) {
    const read = (): void => void (this.#parts.value = partsOf(window.location.hash));
    window.addEventListener('hashchange', read);
    read();
  }

  get parts(): ReadonlySignal<readonly string[]> {
    return this.#parts;
  }

  go(...parts: readonly string[]): void {
    this.window.location.hash = hrefOf(...parts);
  }
}

export const hrefOf = (...parts: readonly string[]): string => `#/${parts.map(encodeURIComponent).join('/')}`;

function partsOf(hash: string): string[] {
  const parts = hash.replace(/^#\/?/, '').split('/');
  try {
    return parts.map(decodeURIComponent).filter((part) => part !== '');
  } catch {
    return [];
  }
}

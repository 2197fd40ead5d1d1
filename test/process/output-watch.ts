import type { ChildProcess } from 'node:child_process';

/** Records the output of a process on stdout and stderr. */
export class OutputWatch {
  #text = '';
  readonly #watchers = new Set<() => void>();

  constructor(child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (bytes: Buffer) => {
        this.#text += bytes.toString();
        for (const check of this.#watchers) check();
      });
    }
  }

  get text(): string {
    return this.#text;
  }

  /** @returns the current position in the output */
  mark(): number {
    return this.#text.length;
  }

  count(part: string, from = 0): number {
    return this.#text.slice(from).split(part).length - 1;
  }

  /** Waits until the output contains `part`. */
  until(part: string, from = 0, patienceMs = 5000): Promise<void> {
    return new Promise((resolve, reject) => {
      const finish = (act: () => void) => {
        clearTimeout(timer);
        this.#watchers.delete(check);
        act();
      };
      const check = () => {
        if (this.#text.includes(part, from)) finish(resolve);
      };
      const late = () =>
        finish(() => reject(new Error(`The output does not contain "${part}": ${this.#text.slice(from)}`)));
      const timer = setTimeout(late, patienceMs);
      this.#watchers.add(check);
      check();
    });
  }
}

/**
 * Tells on stderr how far a run has got: on a terminal in one line that is overwritten, else with a line for each workload.
 */
export class Progress {
  #started = performance.now();
  #done = 0;
  #at = '';
  #stepped = 0;
  #label = '';

  constructor(total, stream = process.stderr) {
    this.total = total;
    this.stream = stream;
  }

  begin(name) {
    this.#at = name;
    this.#stepped = 0;
    this.#label = '';
    if (!this.stream.isTTY) this.stream.write(`${this.#head()}\n`);
    else this.#show('');
  }

  /** @param steps of how many, if that is known */
  step(label, steps) {
    this.#stepped++;
    this.#label = label;
    if (this.stream.isTTY) this.#show(steps ? `${Math.round((100 * this.#stepped) / steps)} % ${label}` : label);
  }

  /** For the message of a failure. */
  get where() {
    return [this.#at, this.#label].filter(Boolean).join(': ');
  }

  end(workloads = 1) {
    this.#done += workloads;
    if (this.stream.isTTY) this.stream.write('\r\u001b[K');
  }

  #show(text) {
    const line = `${this.#head()}  ${text}`;
    this.stream.write(`\r\u001b[K${line.slice(0, (this.stream.columns ?? 80) - 1)}`);
  }

  #head() {
    const seconds = Math.round((performance.now() - this.#started) / 1000);
    const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
    return `[${this.#done + 1}/${this.total}] ${clock} ${this.#at}`;
  }
}

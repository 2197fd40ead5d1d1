import { Agent, request } from 'node:http';
import { modern } from './requests.mjs';

/** Another address than the attacker's: all of 127.0.0.0/8 is this machine. */
const ADDRESS = '127.0.0.2';
const EVERY_MS = 50;
const GIVE_UP_MS = 30_000;

/**
 * Another client, which makes a plain call every 50 ms, whether or not the last one was answered, and measures how long
 * each one waits.
 */
export class Bystander {
  #agent = new Agent({ keepAlive: true, maxFreeSockets: 8 });
  #waits = [];
  #failures = [];
  #timer;
  #open = new Set();
  #since = 0;
  #worst = { ms: 0, at: 0 };

  constructor(port) {
    this.port = port;
  }

  start() {
    this.#waits = [];
    this.#failures = [];
    this.#since = performance.now();
    this.#worst = { ms: 0, at: 0 };
    this.#timer = setInterval(() => this.#track(this.#call()), EVERY_MS);
  }

  /** Waits for what is open. @returns the waits, ms, and what was not answered as it should be */
  async stop() {
    clearInterval(this.#timer);
    await Promise.all(this.#open);
    const sorted = this.#waits.toSorted((a, b) => a - b);
    const at = (part) => Math.round((sorted[Math.ceil(part * sorted.length) - 1] ?? 0) * 10) / 10;
    return {
      calls: sorted.length,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      worstMs: at(1),
      worstAtMs: Math.round(this.#worst.at),
      failures: this.#failures,
    };
  }

  close() {
    clearInterval(this.#timer);
    this.#agent.destroy();
  }

  #track(call) {
    this.#open.add(call);
    void call.finally(() => this.#open.delete(call));
  }

  async #call() {
    const since = performance.now();
    const problem = await this.#send(true);
    const ms = performance.now() - since;
    this.#waits.push(ms);
    if (ms > this.#worst.ms) this.#worst = { ms, at: since - this.#since };
    if (problem) this.#failures.push(problem);
  }

  /** @param mayRepeat a kept connection may have been closed just when it is used; clients send such a request again */
  #send(mayRepeat) {
    const { headers, body } = modern('tools/call', { name: 'echo', arguments: { text: 'plain' } });
    return new Promise((resolve) => {
      const call = request(
        {
          port: this.port,
          host: '127.0.0.1',
          localAddress: ADDRESS,
          agent: this.#agent,
          method: 'POST',
          path: '/mcp',
          headers,
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk) => (text += chunk));
          response.on('close', () => resolve(text.includes('"plain"') ? undefined : `status ${response.statusCode}`));
        },
      );
      call.setTimeout(GIVE_UP_MS, () => call.destroy(new Error('no answer')));
      call.on('error', (error) => resolve(mayRepeat && call.reusedSocket ? this.#send(false) : error.message));
      call.end(body);
    });
  }
}

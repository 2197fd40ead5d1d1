import { setTimeout as pause } from 'node:timers/promises';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

const PACE_MS = 5;
const REQUEST_MS = 10_000;
const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};
const params = { name: 'test_simple_text', arguments: {}, _meta: META };
const REQUEST = {
  method: 'POST',
  headers: {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'tools/call',
    'mcp-name': params.name,
  },
  body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
};

/** Clients that call until they are stopped: six with single requests, and two of each era with streams. */
export class Callers {
  served = 0;
  failures = [];
  #over = false;
  #running;

  constructor(url) {
    this.#running = [
      ...Array.from({ length: 6 }, () => this.#single(url)),
      ...['auto', 'auto', 'legacy', 'legacy'].map((mode) => this.#official(url, mode)),
    ];
  }

  async stop() {
    this.#over = true;
    await Promise.all(this.#running);
  }

  async #repeat(call) {
    while (!this.#over) {
      try {
        await call();
        this.served++;
      } catch (error) {
        this.failures.push(String(error.message).slice(0, 100));
      }
      await pause(PACE_MS);
    }
  }

  #single(url) {
    return this.#repeat(async () => {
      const response = await fetch(url, { ...REQUEST, signal: AbortSignal.timeout(REQUEST_MS) });
      const body = await response.text();
      if (!response.ok || !JSON.parse(body).result) throw new Error(`${response.status} ${body}`);
    });
  }

  async #official(url, mode) {
    const client = new Client({ name: 'rolling', version: '1.0.0' }, { versionNegotiation: { mode } });
    await client.connect(new StreamableHTTPClientTransport(new URL(url)));
    await this.#repeat(async () => {
      const call = { name: 'test_tool_with_progress', arguments: {} };
      const { isError } = await client.callTool(call, { timeout: REQUEST_MS, onprogress() {} });
      if (isError) throw new Error(`${mode}: a tool failed`);
    });
    await client.close().catch(() => undefined);
  }
}

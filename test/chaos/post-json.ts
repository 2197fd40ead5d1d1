import { type Agent, request } from 'node:http';
import type { Outcome } from './history-check.js';

/** An instance may wait for Redis longer than this; then the outcome is unknown. */
const TIMEOUT_MS = 8000;

/** Posts to a route of an instance. Rejects with the outcome of what was asked for: refused, or unknown. */
export const postJson = <T>(agent: Agent, port: number, path: string, message: object): Promise<T> =>
  new Promise((resolve, reject: (outcome: Outcome) => void) => {
    const body = JSON.stringify(message);
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const outgoing = request({ agent, host: '127.0.0.1', port, method: 'POST', path, headers });
    outgoing.setTimeout(TIMEOUT_MS, () => outgoing.destroy());
    outgoing.on('error', ({ code }: NodeJS.ErrnoException) => reject(code === 'ECONNREFUSED' ? 'fail' : 'info'));
    outgoing.on('response', (response) => {
      let answer = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => (answer += text));
      response.on('error', () => {});
      response.on('close', () => {
        if (!response.complete || response.statusCode !== 200) reject('info');
        else resolve(JSON.parse(answer) as T);
      });
    });
    outgoing.end(body);
  });

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSample, type SampleProcess } from '../fixtures/processes/sample-process.js';

describe('sample 06-tasks', () => {
  let sample: SampleProcess;
  beforeAll(async () => {
    sample = await startSample('06-tasks', { PAGE_MS: '50' });
  });
  afterAll(async () => {
    expect(await sample.stop()).toBe(0);
  });

  it('the client of sample 06 reads, answers and cancels its tasks', async () => {
    const child = spawn(process.execPath, ['build/sample/06-tasks/client.js', sample.url], { stdio: 'pipe' });
    const output = text(child.stdout);
    expect(await once(child, 'exit')).toEqual([0, null]);
    const lines = (await output).split('\n').map((line) => line.trim());
    for (const line of ['Tides: 3 pages.', '"Tides" is published.', 'cancelled']) expect(lines).toContain(line);
  });
});

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { startSample } from '../fixtures/processes/sample-process.js';

const COMMAND = fileURLToPath(new URL('../../bin/nestjs-mcp-fleet.mjs', import.meta.url));

const run = (...args: string[]) =>
  new Promise<{ code: number; output: string }>((resolve) => {
    execFile(process.execPath, [COMMAND, ...args], (error, output) => {
      resolve({ code: error === null ? 0 : Number(error.code), output });
    });
  });

it('the command doctor looks at a running server, and exits with 0 or 1', async () => {
  const sample = await startSample('01-quickstart', {});
  const well = await run('doctor', sample.url);
  expect(well.output).toMatch(/\nNothing is wrong\.\n$/);
  expect(well.code).toBe(0);
  const ill = await run('doctor', sample.url.replace('/mcp', '/other'));
  expect(ill.output).toContain('there is no MCP endpoint');
  expect(ill.code).toBe(1);
  await sample.stop();
});

import { describe, expect, it } from 'vitest';
import { run } from '../../../lib/doctor/command.js';
import { Front } from '../../fixtures/network/front.js';

async function command(...args: string[]) {
  let printed = '';
  let complained = '';
  const code = await run(args, {
    print: (text) => (printed += text),
    complain: (text) => (complained += text),
    env: {},
  });
  return { code, printed, complained };
}

describe('nestjs-mcp-fleet doctor', () => {
  it.each([
    ['no command', [], 'Give the command doctor and one URL.'],
    ['another command', ['dentist', 'http://localhost/mcp'], 'Give the command doctor and one URL.'],
    ['two URLs', ['doctor', 'http://a/mcp', 'http://b/mcp'], 'Give the command doctor and one URL.'],
    ['an unknown option', ['doctor', 'http://a/mcp', '--deep'], '--deep'],
    ['no number', ['doctor', 'http://a/mcp', '--timeout-ms', 'soon'], '--timeout-ms must be a whole number'],
  ])('exits with 2 for %s', async (_name, args, text) => {
    const { code, complained } = await command(...args);
    expect(code).toBe(2);
    expect(complained).toContain(text);
    expect(complained).toContain('Usage:');
  });

  it('prints its usage', async () => {
    expect(await command('--help')).toMatchObject({ code: 0, printed: expect.stringContaining('Usage:') });
  });

  it('prints each fault with its cure, and exits with 1', async () => {
    const front = await Front.start();
    front.instead.set('/mcp', (_, response) => response.writeHead(404).end());
    const { code, printed } = await command('doctor', front.url);
    expect(code).toBe(1);
    expect(printed).toMatch(/^FAIL {2}endpoint: It answers 404: .*\n {6}Compare the path/m);
    expect(printed).toMatch(/\n1 fault, 0 warnings\.\n$/);
    const { printed: json } = await command('doctor', front.url, '--json');
    expect(JSON.parse(json)).toMatchObject([{ grade: 'fault', about: 'endpoint' }]);
    await front.close();
  });
});

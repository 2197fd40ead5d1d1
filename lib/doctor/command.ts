import { parseArgs } from 'node:util';
import { examine } from './examine.js';
import type { Findings, Grade } from './finding.js';

const USAGE = `Usage: nestjs-mcp-fleet doctor <url> [options]

Looks at an MCP server from outside, as a client does that knows nothing but its URL, and says what is wrong.

  --origin <origin>     the origin of a web page that should be able to call, such as https://app.example.com
  --timeout-ms <ms>     how long each answer may take (default: 5000)
  --json                prints the findings as JSON

With an access token in the environment variable MCP_TOKEN the server is used as well.
Exit code: 0 nothing is wrong, 1 something is, 2 the command cannot be understood.
`;

const SIGNS: Readonly<Record<Grade, string>> = { good: 'ok  ', note: 'note', warning: 'WARN', fault: 'FAIL' };

export interface Output {
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Runs the command line. @returns the exit code */
export async function run(args: readonly string[], { print, complain, env }: Output): Promise<number> {
  const options = optionsOf(args);
  if (typeof options === 'string') {
    complain(`${options}\n\n${USAGE}`);
    return 2;
  }
  if (options === undefined) {
    print(USAGE);
    return 0;
  }
  const { json, ...about } = options;
  const token = env.MCP_TOKEN?.trim();
  const found = await examine({ ...about, ...(token ? { token } : {}) });
  print(json ? `${JSON.stringify(found.all, undefined, 2)}\n` : written(found));
  return found.count('fault') > 0 ? 1 : 0;
}

/** @returns the options, `undefined` if help is asked for, or a sentence about what is wrong */
function optionsOf(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        origin: { type: 'string' },
        'timeout-ms': { type: 'string', default: '5000' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) return undefined;
    const [command, url, ...more] = positionals;
    if (command !== 'doctor' || url === undefined || more.length > 0) return 'Give the command doctor and one URL.';
    const timeoutMs = Number(values['timeout-ms']);
    if (!Number.isInteger(timeoutMs) || timeoutMs < 1) return '--timeout-ms must be a whole number of at least 1.';
    return { url, timeoutMs, json: values.json, ...(values.origin === undefined ? {} : { origin: values.origin }) };
  } catch (error) {
    return (error as Error).message;
  }
}

function written(found: Findings): string {
  const lines = found.all.map(({ grade, about, text, cure }) => {
    const line = `${SIGNS[grade]}  ${about}: ${text}\n`;
    return cure === undefined ? line : `${line}      ${cure}\n`;
  });
  const [faults, warnings] = [found.count('fault'), found.count('warning')];
  const sum =
    faults + warnings === 0 ? 'Nothing is wrong.' : `${counted(faults, 'fault')}, ${counted(warnings, 'warning')}.`;
  return `${lines.join('')}\n${sum}\n`;
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

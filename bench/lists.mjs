/** Measures what a list and a call cost when not everybody sees the same tools. See README.md. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { send } from './answers.mjs';
import { META, MODERN } from './forms.mjs';
import { conditions } from './harness/conditions.mjs';
import { contest } from './harness/contest.mjs';
import { httpRequest } from './harness/http-request.mjs';
import { ensureInstalled, refreshOwnPackage } from './harness/install.mjs';
import { printTable, summarise } from './harness/report.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '21' },
    seconds: { type: 'string', default: '0.5' },
    mount: { type: 'string', default: 'controller' },
    smoke: { type: 'boolean', default: false },
    out: { type: 'string' },
  },
});
const options = values.smoke
  ? { rounds: 2, seconds: 0.3, warmUpSeconds: 0, generations: 1, connections: 32 }
  : {
      rounds: Number(values.rounds),
      seconds: Number(values.seconds),
      warmUpSeconds: 2,
      generations: Math.min(3, Number(values.rounds)),
      connections: 32,
    };

ensureInstalled();
refreshOwnPackage();
const PUBLIC = 'public';
const RULES = { [PUBLIC]: 'none', scopes: 'scopes', policies: 'policies' };
const modern = (method, params) =>
  httpRequest(
    { method, params: { ...params, _meta: META } },
    {
      ...{ authorization: 'Bearer bench', 'mcp-protocol-version': MODERN, 'mcp-method': method },
      ...(params.name && { 'mcp-name': params.name }),
    },
  );
const call = { name: 'search_00', arguments: { query: 'x' } };
const FORMS = {
  'tools/list of 52 tools': [modern('tools/list', {}), ({ tools }) => tools?.length === 52],
  'tools/call': [modern('tools/call', call), ({ content }) => content?.length === 1],
};

const summary = {};
const samples = {};
for (const [form, [request, isRight]] of Object.entries(FORMS)) {
  const prepare = async (port) => {
    const { text, message } = await send(port, request);
    if (!message?.result || !isRight(message.result)) throw new Error(`${form} was answered ${text.slice(0, 200)}`);
    return request;
  };
  const entries = Object.entries(RULES).map(([name, rules]) => {
    const server = new URL('servers/lists.mjs', import.meta.url);
    server.search = new URLSearchParams({ rules, mount: values.mount }).toString();
    return { name, server: server.href, prepare };
  });
  const measured = await contest(entries, options);
  summary[form] = summarise(measured, [PUBLIC]);
  samples[form] = Object.fromEntries(measured);
  printTable(form, summary[form]);
}

if (values.out) {
  const results = new URL('results/', import.meta.url);
  mkdirSync(results, { recursive: true });
  writeFileSync(
    new URL(`${values.out}.json`, results),
    JSON.stringify({ ...conditions(options), mount: values.mount, summary, samples }),
  );
}

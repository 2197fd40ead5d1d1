/** Measures what a list and a call cost when not everybody sees the same tools. See README.md. */
import { parseArgs } from 'node:util';
import { send } from './answers.mjs';
import { META, MODERN } from './forms.mjs';
import { conditions } from './harness/conditions.mjs';
import { contest } from './harness/contest.mjs';
import { httpRequest } from './harness/http-request.mjs';
import { ensureInstalled, refreshOwnPackage } from './harness/install.mjs';
import { printTable, summarise } from './harness/report.mjs';
import { writeResults } from './harness/results.mjs';
import { roundsOf } from './harness/rounds.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '21' },
    seconds: { type: 'string', default: '0.5' },
    mount: { type: 'string', default: 'controller' },
    smoke: { type: 'boolean', default: false },
    out: { type: 'string' },
  },
});
const options = roundsOf(values);

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

writeResults(values.out, { ...conditions(options), summary, samples });

/** What guards, audit and limits cost a call, and rules of access a list. */
import { assertSum, send } from '../answers.mjs';
import { modern, modernCallWith } from '../forms.mjs';
import { serverOf, serverUrl } from '../targets.mjs';
import { TOOL_COUNT } from '../tools.mjs';

const BEARER = { authorization: 'Bearer bench' };

const callWithToken = async (port) => {
  const request = modernCallWith(BEARER);
  await assertSum(port, request);
  return request;
};

const listWithToken = async (port) => {
  const request = modern('tools/list', {}, BEARER);
  const { text, message } = await send(port, request);
  if (message?.result?.tools?.length !== TOOL_COUNT) throw new Error(`The list was answered ${text.slice(0, 200)}`);
  return request;
};

const PARTS = { plain: '', auth: 'auth', audit: 'audit', limits: 'limits', all: 'auth audit limits' };
const ON_REDIS = ['plain', 'limits', 'all'];
const BRIEF = ['plain', 'all'];

export const guarded = {
  name: 'guarded',
  entries: ({ redis, options }) => [
    ...(options.isBrief ? BRIEF : Object.keys(PARTS)).map((name) => guardedEntry(name, {})),
    ...(options.isBrief ? [] : ON_REDIS).map((name) => ({
      ...guardedEntry(name, { redis: redis.url }),
      name: `${name} redis`,
    })),
  ],
};

const guardedEntry = (name, query) => ({
  name,
  server: serverUrl('guarded.mjs', { ...query, with: PARTS[name] }),
  prepare: callWithToken,
});

export const listPrincipal = {
  name: 'list-principal',
  entries: () => [
    { name: 'node:http', server: serverOf('node:http'), prepare: listWithToken },
    ...['none', 'scopes', 'policies'].map((rules) => ({
      name: rules,
      server: serverUrl('lists.mjs', { rules }),
      prepare: listWithToken,
    })),
  ],
};

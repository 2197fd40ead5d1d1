import { expect, it } from 'vitest';
import { audienceRule, isForUs } from '../../../lib/auth/audience.js';

const OURS = 'https://api.example.com/mcp';
const rule = audienceRule('aud', [OURS, 'files']);

it.each<[unknown, boolean, boolean]>([
  [OURS, true, true],
  ['HTTPS://API.example.COM/mcp', true, true],
  ['https://api.example.com:443/mcp', true, true],
  ['https://api.example.com/MCP', false, false],
  ['https://api.example.com/mcp/', false, false],
  ['https://api.example.com/mcp#x', false, false],
  ['https://api.example.com/mcp?x', false, false],
  ['https://user@api.example.com/mcp', false, false],
  ['https://api.example.com', false, false],
  ['http://api.example.com/mcp', false, false],
  ['files', true, true],
  ['Files', false, false],
  [[OURS], true, true],
  [[OURS, 'files'], true, true],
  [[OURS, 'https://elsewhere.example'], true, false],
  [['https://elsewhere.example'], false, false],
  [[], false, false],
  [[OURS, 7], false, false],
  [undefined, false, false],
  [null, false, false],
  ['', false, false],
  [{ [OURS]: true }, false, false],
])('R5, R16 the audience %j is for this server: %s, and for it only: %s', (aud, included, only) => {
  expect(isForUs({ aud }, rule, false)).toBe(included);
  expect(isForUs({ aud }, rule, true)).toBe(only);
});

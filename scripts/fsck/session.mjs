import { problemsOfLog } from './log.mjs';
import { listsOf, memberOf, tagParts } from './names.mjs';

/** The format of a head, as written by `lib/redis/scripts/includes/stream-head.lua`. */
const HEAD = /^(\d+-\d+) \d+ [01] ([01]) \d+ (\d+) \d+ \d+$/;

/** Returns the problems of one session, the keys it owns, and its list entries. */
export async function problemsOfSession(redis, group, orphanMs) {
  const session = group.find(({ kind }) => kind === 'session');
  if (!session) {
    // A session may expire before the keys it owns. That is fine as long as these expire soon.
    const orphans = group.filter(({ ttl }) => ttl > orphanMs);
    return orphans.map(({ key }) => `a key that has outlived its session: ${key}`);
  }
  const logs = group.filter(({ kind }) => kind === 'log');
  const results = group.filter(({ kind }) => kind === 'result');
  // In one transaction, because an append changes the log and its head together.
  const reads = redis.multi().hgetall(session.key);
  for (const { key } of logs) reads.xrevrange(key, '+', '-', 'COUNT', 1);
  for (const { key } of results) reads.get(key);
  const [fields, ...replies] = (await reads.exec()).map(([, reply]) => reply);
  if (Object.keys(fields).length === 0) return [];

  const problems = problemsOfFields(session.key, fields);
  const headOf = (stream) => fields[`h:${stream}`];
  for (const [i, log] of logs.entries()) {
    const [newest] = replies[i];
    if (newest) problems.push(...problemsOfHead(log.key, headOf(log.name), newest));
    problems.push(...(await problemsOfLog(redis, log.key)));
  }
  for (const [i, { key, name }] of results.entries()) {
    const result = replies[logs.length + i];
    if (result !== null) problems.push(...problemsOfResult(key, headOf(name), result));
  }
  // The broadcast log has the form of a session that belongs to nobody.
  if (session.session.principal === '') return problems;
  return [...problems, ...(await problemsOfListEntries(redis, session))];
}

function problemsOfFields(key, fields) {
  const problems = [];
  if (fields.r === undefined) problems.push(`a session without a record: ${key}`);
  const streams = Object.keys(fields).filter((field) => field.startsWith('h:'));
  for (const field of streams) if (!HEAD.test(fields[field])) problems.push(`an unreadable head: ${field} of ${key}`);
  const numbered = streams.filter((field) => field !== 'h:g').length;
  if (Number(fields.n ?? 0) !== numbered) problems.push(`a wrong count of streams: ${key}`);
  return problems;
}

function problemsOfHead(key, text, [newest, entry]) {
  if (text === undefined) return [`a log without a head: ${key}`];
  const [, last, done, total] = HEAD.exec(text) ?? [];
  if (last === undefined) return [];
  if (last !== newest) return [`a head that is not the newest entry: ${key}`];
  const [, , , kind, , data, , before] = entry;
  if ((done === '1') !== (kind === '1f')) return [`a head and a newest entry that disagree on being final: ${key}`];
  const bytes = Number(before) + Buffer.byteLength(data ?? '');
  return bytes === Number(total) ? [] : [`a head with a wrong count of bytes: ${key}`];
}

/** A result has the format `id previous text`. */
function problemsOfResult(key, text, result) {
  const [, last, done] = HEAD.exec(text ?? '') ?? [];
  if (done !== '1') return [`a result of a stream that is not finished: ${key}`];
  return result.startsWith(`${last} `) ? [] : [`a result that is not the final message of its stream: ${key}`];
}

/** Lists may name too many sessions, but never too few. */
async function problemsOfListEntries(redis, { key, server, session }) {
  const lists = listsOf(server);
  const [principal, id] = tagParts(key);
  const expected = [lists.sessions, lists.sessionsOf(principal)];
  const problems = [];
  for (const list of expected) {
    if ((await redis.zscore(list, memberOf(session))) === null) problems.push(`not on ${list}: ${key}`);
  }
  if ((await redis.get(lists.owner(id))) !== session.principal)
    problems.push(`a session that cannot be found by its id: ${key}`);
  return problems;
}

import { describe, expect, it } from 'vitest';
import { RedisKeys } from '../../../lib/redis/keys.js';
import { familyOf } from '../../../lib/redis/connection/key-families.js';
import { ALL_SESSIONS } from '../../../lib/stream/event-log.js';

const keys = new RedisKeys('mcp:default');
const session = { principal: 'anon', id: 'abc' };
const task = { principal: 'anon', id: 'abc' };
const limit = { what: 'tool echo', index: 0, per: 'client' } as Parameters<RedisKeys['limit']>[0];

describe('families of keys in Redis', () => {
  it.each([
    ['sessions', [keys.session(session), keys.subscriptions(session)]],
    ['streams', [`${keys.logs(session)}g`]],
    ['results', [`${keys.results(session)}1`]],
    ['questions', [keys.request(session, 1)]],
    ['broadcasts', [keys.session(ALL_SESSIONS), `${keys.logs(ALL_SESSIONS)}g`]],
    ['tasks', [keys.task(task)]],
    ['lists', [keys.allSessions, keys.allTasks, keys.sessionsOf('anon'), keys.owner('abc'), ...keys.tasksOf('anon')]],
    ['lists', [keys.sessionsOfClient('anon')]],
    ['limits', [...keys.limit(limit, 'anon')]],
    ['account', [...keys.stored]],
    ['heartbeats', [keys.heartbeat('i1')]],
    ['nonces', [keys.nonce('n1')]],
    ['keys', [keys.keyRing]],
    ['other', ['mcp:default:something']],
  ])('%s are %j', (family, names) => {
    for (const name of names) expect(familyOf(name.slice('mcp:default:'.length)), name).toBe(family);
  });
});

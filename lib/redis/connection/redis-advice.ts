import type { RedisCommands } from './redis-commands.js';

const OLDEST = [6, 2] as const;

/** What an operator should know about the Redis a fleet stands on; each sentence names what is at stake. */
export async function redisAdvice(commands: RedisCommands): Promise<string[]> {
  const info = parse(await commands.send<string>('info'));
  const [major = 0, minor = 0] = (info.get('redis_version') ?? '').split('.').map(Number);
  const advice: string[] = [];
  if (info.has('redis_version') && (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]))) {
    advice.push(`Redis ${major}.${minor} is too old for sessions and streams: 6.2 or newer is needed.`);
  }
  const policy = info.get('maxmemory_policy');
  if (policy !== undefined && policy !== 'noeviction') {
    advice.push(
      `Redis may evict sessions and messages when its memory is full (maxmemory-policy ${policy}); set noeviction.`,
    );
  }
  if (info.get('aof_enabled') === '0') {
    advice.push(
      'Redis keeps no append-only file: a restart ends every session. Set appendonly yes, unless that is meant.',
    );
  }
  return advice;
}

const parse = (text: string): Map<string, string> =>
  new Map(
    text.split('\r\n').flatMap((line): [string, string][] => {
      const colon = line.indexOf(':');
      return colon > 0 ? [[line.slice(0, colon), line.slice(colon + 1)]] : [];
    }),
  );

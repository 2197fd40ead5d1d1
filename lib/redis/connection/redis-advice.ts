import type { RedisCommands } from './redis-commands.js';
import { infoOf } from './redis-info.js';

const MIN_VERSION = [6, 2] as const;

/** Returns warnings for the operator about the Redis of this fleet; each names the risk and the remedy. */
export async function redisAdvice(commands: RedisCommands): Promise<string[]> {
  const info = await infoOf(commands);
  const [major = 0, minor = 0] = (info.get('redis_version') ?? '').split('.').map(Number);
  const advice: string[] = [];
  if (info.has('redis_version') && (major < MIN_VERSION[0] || (major === MIN_VERSION[0] && minor < MIN_VERSION[1]))) {
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
      'Redis has no append-only file, so a restart ends every session. Set "appendonly yes", unless this is intended.',
    );
  }
  return advice;
}

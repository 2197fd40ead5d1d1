import type { RedisCommands } from './redis-commands.js';

/** What Redis says of itself. @throws {RedisRefusedError} if its user may not ask */
export async function infoOf(commands: RedisCommands): Promise<ReadonlyMap<string, string>> {
  const text = await commands.send<string>('info');
  return new Map(
    text.split('\r\n').flatMap((line): [string, string][] => {
      const colon = line.indexOf(':');
      return colon > 0 ? [[line.slice(0, colon), line.slice(colon + 1)]] : [];
    }),
  );
}

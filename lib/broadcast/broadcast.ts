import { isLogLevel, type LogLevel } from '../protocol/log-levels.js';
import { isObject, type JsonObject, notificationText } from '../protocol/messages.js';

/** What is announced to all clients of a server, of both eras and on all instances. */
export type Broadcast =
  | { readonly type: 'list-changed'; readonly list: 'tools' | 'prompts' | 'resources' }
  | { readonly type: 'resource-updated'; readonly uri: string }
  /** For clients that declare the extension, or ask with this member of the filter of `subscriptions/listen`. */
  | {
      readonly type: 'notification';
      readonly extension: string;
      readonly member: string;
      readonly method: string;
      readonly params: JsonObject;
    }
  /** A log message, which only sessions get: a modern client gets none outside of its requests. */
  | { readonly type: 'message'; readonly level: LogLevel; readonly logger?: string; readonly data: unknown };

/** @returns `undefined` for what this version does not know, which is normal during a rolling upgrade (F18) */
export function parseBroadcast(text: string): Broadcast | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const { type, list, uri, level, extension, member, method, params } = value;
  const isKnown =
    (type === 'list-changed' && (list === 'tools' || list === 'prompts' || list === 'resources')) ||
    (type === 'resource-updated' && typeof uri === 'string') ||
    (type === 'message' && isLogLevel(level)) ||
    (type === 'notification' && [extension, member, method].every(isText) && isObject(params));
  return isKnown ? (value as unknown as Broadcast) : undefined;
}

const isText = (value: unknown): boolean => typeof value === 'string';

/** The notification with which a session hears of it. */
export function notificationOf(broadcast: Broadcast): string {
  switch (broadcast.type) {
    case 'list-changed':
      return notificationText(`notifications/${broadcast.list}/list_changed`);
    case 'resource-updated':
      return notificationText('notifications/resources/updated', { uri: broadcast.uri });
    case 'notification':
      return notificationText(broadcast.method, broadcast.params);
    case 'message': {
      const { level, logger, data } = broadcast;
      return notificationText('notifications/message', { level, logger, data });
    }
  }
}

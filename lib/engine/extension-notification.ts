import type { Broadcast } from '../broadcast/broadcast.js';
import type { JsonObject } from '../protocol/messages.js';
import type { Extensions } from './extension.js';

/**
 * What is announced to all clients so that those who want it get a notification of an extension.
 *
 * @throws Error if no extension declares it
 */
export function extensionNotification(
  extensions: Extensions,
  method: string,
  params: JsonObject,
): Extract<Broadcast, { type: 'notification' }> {
  const found = extensions.notification(method);
  if (!found) {
    throw new Error(
      `No extension of this server has the notification "${method}". Add it to "notifications" of its @McpExtension().`,
    );
  }
  return { type: 'notification', extension: found.extension.id, member: found.member, method, params };
}

import { passes, type LogLevel } from '../protocol/log-levels.js';
import { notificationText } from '../protocol/messages.js';

/** The capabilities the server declared to this client, as far as a gap is concerned. */
export interface GapCapabilities {
  readonly tools?: { readonly listChanged?: boolean };
  readonly prompts?: { readonly listChanged?: boolean };
  readonly resources?: { readonly listChanged?: boolean };
  readonly logging?: object;
}

export interface StreamGap {
  readonly capabilities: GapCapabilities;
  /** The resources this session is subscribed to. */
  readonly subscriptions: Iterable<string>;
  /** The threshold the client set; above `warning` it gets no warning about the gap. */
  readonly logLevel?: LogLevel;
  readonly reason: string;
}

const LISTS = ['tools', 'prompts', 'resources'] as const;

/**
 * Returns the notifications that stand in for lost messages. MCP has no message for "something is missing here", so the
 * client hears of everything the lost messages may have said: each list may have changed, each subscribed resource may
 * have changed, and a warning informs a human (§5.5, P3).
 */
export function gapNotifications({ capabilities, subscriptions, logLevel, reason }: StreamGap): string[] {
  const texts: string[] = [];
  for (const list of LISTS) {
    if (capabilities[list]?.listChanged) texts.push(notificationText(`notifications/${list}/list_changed`));
  }
  for (const uri of subscriptions) texts.push(notificationText('notifications/resources/updated', { uri }));
  if (capabilities.logging && passes('warning', logLevel)) {
    const data = { message: 'Messages of this stream were lost; refresh everything you cached.', reason };
    texts.push(notificationText('notifications/message', { level: 'warning', logger: 'stream', data }));
  }
  return texts;
}

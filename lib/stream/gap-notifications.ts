import { passes, type LogLevel } from '../protocol/log-levels.js';
import { notificationText } from '../protocol/messages.js';

/** What the server declared to this client, as far as a gap is concerned. */
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
  /** The threshold the client set; above `warning` it does not want to read ours. */
  readonly logLevel?: LogLevel;
  readonly reason: string;
}

const LISTS = ['tools', 'prompts', 'resources'] as const;

/**
 * MCP has no word for "something is missing here". So everything the lost messages may have said is said again:
 * each list may have changed, each subscribed resource may have changed, and a warning tells a human (§5.5, P3).
 */
export function gapNotifications({ capabilities, subscriptions, logLevel, reason }: StreamGap): string[] {
  const texts: string[] = [];
  for (const list of LISTS) {
    if (capabilities[list]?.listChanged) texts.push(notificationText(`notifications/${list}/list_changed`));
  }
  for (const uri of subscriptions) texts.push(notificationText('notifications/resources/updated', { uri }));
  if (capabilities.logging && passes('warning', logLevel)) {
    const data = { message: 'Messages of this stream were lost; refresh what you keep.', reason };
    texts.push(notificationText('notifications/message', { level: 'warning', logger: 'stream', data }));
  }
  return texts;
}

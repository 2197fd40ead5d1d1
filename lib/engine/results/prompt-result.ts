import { isContentBlock, text, type GetPromptResult, type PromptMessage } from '../../protocol/content.js';
import { requireRepresentable } from './representable.js';
import { isObject } from '../../protocol/messages.js';

const isMessage = (value: unknown): value is PromptMessage =>
  isObject(value) && (value.role === 'user' || value.role === 'assistant') && isContentBlock(value.content);

const userMessage = (content: PromptMessage['content']): PromptMessage => ({ role: 'user', content });

/** Turns a prompt's return value into a result: strings and content blocks become messages of the user. */
export function promptResult(value: unknown, description: string | undefined): GetPromptResult {
  if (isObject(value) && Array.isArray(value.messages)) return value as unknown as GetPromptResult;
  const items = Array.isArray(value) ? value : [value];
  const messages = items.map((item): PromptMessage => {
    if (isMessage(item)) return item;
    if (isContentBlock(item)) return userMessage(item);
    requireRepresentable(item);
    return userMessage(text(typeof item === 'string' ? item : JSON.stringify(item ?? '')));
  });
  return description === undefined ? { messages } : { description, messages };
}

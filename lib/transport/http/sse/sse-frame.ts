import type { SseEvent } from './sse-event.js';

/**
 * An event as it is sent in `text/event-stream`. Its data is one line of JSON and its id is created here, so nothing
 * needs escaping (SEC9).
 */
export function sseFrame({ type, id, data, retry, comment }: SseEvent): string {
  let frame = '';
  if (comment !== undefined) frame += `: ${comment}\n`;
  if (type !== undefined) frame += `event: ${type}\n`;
  if (retry !== undefined) frame += `retry: ${retry}\n`;
  if (id !== undefined) frame += `id: ${id}\n`;
  if (data !== undefined) frame += `data: ${data}\n`;
  return `${frame}\n`;
}

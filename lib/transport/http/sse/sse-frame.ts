import type { SseEvent } from './sse-event.js';

/**
 * The text of one event in `text/event-stream`. Data is one line of JSON and ids are created here, so nothing needs
 * escaping (SEC9).
 */
export function frameOf({ comment, retry, id, data }: SseEvent): string {
  if (retry === undefined && comment === undefined && data) {
    return id === undefined ? `event: message\ndata: ${data}\n\n` : `event: message\nid: ${id}\ndata: ${data}\n\n`;
  }
  let frame = comment === undefined ? '' : `: ${comment}\n`;
  if (retry !== undefined) frame += `retry: ${retry}\n`;
  if (id !== undefined) frame += `id: ${id}\n`;
  if (data !== undefined) frame += `data: ${data}\n`;
  return `${frame}\n`;
}

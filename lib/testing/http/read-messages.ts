import type { IncomingMessage } from 'node:http';
import type { JsonObject } from '../../protocol/messages.js';

/** What arrived in a response: a message, or a part of its event stream that is none. */
export interface Received {
  readonly message?: JsonObject;
  /** The event id to resume from. */
  readonly id?: string;
}

/** The messages of a response, as they arrive: one if it is JSON. @throws when the connection is cut */
export async function* readMessages(response: IncomingMessage): AsyncGenerator<Received> {
  response.setEncoding('utf8');
  if (isEventStream(response)) return yield* readEvents(response);
  const text = await readText(response);
  if (text !== '') yield { message: JSON.parse(text) as JsonObject };
}

const isEventStream = ({ headers }: IncomingMessage): boolean =>
  headers['content-type']?.startsWith('text/event-stream') === true;

/** The whole body of a response. */
export async function readText(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return text;
}

async function* readEvents(response: IncomingMessage): AsyncGenerator<Received> {
  let rest = '';
  for await (const chunk of response) {
    const blocks = (rest + String(chunk)).split('\n\n');
    rest = blocks.pop()!;
    for (const block of blocks) yield eventOf(block);
  }
}

/** The server writes one line of data an event, and always a blank after the colon. */
function eventOf(block: string): Received {
  const fields = new Map(block.split('\n').map((line) => line.split(/: ?(.*)/s) as [string, string]));
  const [id, data] = ['id', 'data'].map((name) => fields.get(name));
  return {
    ...(data && { message: JSON.parse(data) as JsonObject }),
    ...(id !== undefined && { id }),
  };
}

export interface SseEvent {
  readonly event: string;
  readonly data: string;
}

/** Reads an event stream that arrives in pieces (HTML standard §9.2.6). */
export class SseReader {
  /** The id of the last event that had one; an event without data counts too. */
  lastEventId: string | undefined;
  /** How long the server wants clients to wait before they connect again. */
  retryMs: number | undefined;
  #rest = '';
  #isStart = true;
  #data: string[] = [];
  #event = '';

  /** @returns the events that are complete now */
  push(text: string): SseEvent[] {
    let piece = this.#rest + text;
    if (this.#isStart && piece !== '') {
      this.#isStart = false;
      piece = piece.replace(/^\uFEFF/, '');
    }
    const events: SseEvent[] = [];
    const lines = piece.split(/\r\n|\n|\r(?!$)/);
    // A CR at the end may be half of a CRLF, so its line waits.
    this.#rest = lines.pop()!;
    for (const line of lines) {
      const event = this.#read(line);
      if (event) events.push(event);
    }
    return events;
  }

  #read(line: string): SseEvent | undefined {
    if (line === '') return this.#dispatch();
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') this.#data.push(value);
    else if (field === 'event') this.#event = value;
    else if (field === 'id' && !value.includes('\0')) this.lastEventId = value;
    else if (field === 'retry' && /^\d+$/.test(value)) this.retryMs = Number(value);
    return undefined;
  }

  #dispatch(): SseEvent | undefined {
    const event = { event: this.#event || 'message', data: this.#data.join('\n') };
    const isEmpty = this.#data.length === 0;
    this.#data = [];
    this.#event = '';
    return isEmpty ? undefined : event;
  }
}

/** @yields the events of the body of a response until it ends; leaving the loop cancels the body */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  reader: SseReader = new SseReader(),
): AsyncGenerator<SseEvent> {
  const source = body.getReader();
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  try {
    for (;;) {
      const { done, value } = await source.read();
      if (done) return;
      yield* reader.push(decoder.decode(value, { stream: true }));
    }
  } finally {
    // It has failed or ended already, or nobody reads it any more.
    await source.cancel().catch(() => undefined);
  }
}

import type { Reply } from './visit.js';

type Json = Readonly<Record<string, unknown>>;

/** @returns the object in a body, or in the last event of an event stream; `undefined` if there is none */
export function objectIn({ body, headers }: Reply): Json | undefined {
  const isStream = headers.get('content-type')?.startsWith('text/event-stream') === true;
  const text = isStream ? [...body.matchAll(/^data: ?(\S.*)$/gm)].at(-1)?.[1] : body;
  try {
    const parsed = JSON.parse(text ?? '') as unknown;
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? (parsed as Json) : undefined;
  } catch {
    return undefined;
  }
}

export const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** What a page of HTML or a text says, shortened for a sentence. */
export const quoted = ({ body }: Reply): string => {
  const plain = body
    .replaceAll(/<(style|script)[\s\S]*?<\/\1>|<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return plain === '' ? 'nothing' : `"${plain.length > 120 ? `${plain.slice(0, 120)}…` : plain}"`;
};

/** The tools of every target: `add`, which is called, and searches, which are only listed. */
export const add = ({ a, b }) => String(a + b);
export const search = ({ query }) => `Nothing found for ${query}`;

export const ADD_DESCRIPTION = 'Adds two numbers';
export const TOOL_COUNT = 52;

/** @param count of all tools, `add` among them */
export const searchesFor = (count) =>
  Array.from({ length: count - 1 }, (_, index) => ({
    name: `search_${String(index + 1).padStart(2, '0')}`,
    description: `Searches collection ${index + 1} and answers with the best matches`,
  }));
export const searches = searchesFor(TOOL_COUNT);

export const textContent = (text) => ({ content: [{ type: 'text', text }] });

const SENTENCE = 'The harbour of "Bergen" is 14 km away;\nthe café opens at 9. ';

/** As long a text as asked for, in bytes, with what JSON has to escape. */
export function prose(bytes) {
  const text = SENTENCE.repeat(Math.ceil(bytes / Buffer.byteLength(SENTENCE)));
  return Buffer.from(text).subarray(0, bytes).toString('utf8');
}

/** Tools whose arguments or results have a size: `weigh` answers with the length of its text, `write` with a text. */
export const weigh = ({ text }) => String(text.length);
const written = new Map();
export function write({ bytes }) {
  if (!written.has(bytes)) written.set(bytes, prose(bytes));
  return written.get(bytes);
}

/** The twenty tools of every target: `add`, which is called, and nineteen searches, which are only listed. */
export const add = ({ a, b }) => String(a + b);
export const search = ({ query }) => `Nothing found for ${query}`;

export const ADD_DESCRIPTION = 'Adds two numbers';
export const searches = Array.from({ length: 19 }, (_, index) => ({
  name: `search_${String(index + 1).padStart(2, '0')}`,
  description: `Searches collection ${index + 1} and answers with the best matches`,
}));

export const textContent = (text) => ({ content: [{ type: 'text', text }] });

/** Numbers and tables as text. */

/** Thousands are separated by a space, and no digit is shown that means nothing. */
export function number(value, digits = digitsOf(value)) {
  const [whole, fraction] = Math.abs(value).toFixed(digits).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ' ');
  return `${value < 0 ? '-' : ''}${grouped}${fraction ? `.${fraction}` : ''}`;
}

const digitsOf = (value) => (Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);

export const ratioText = ({ median, min, max }) => `${number(median, 2)} (${number(min, 2)}–${number(max, 2)})`;

export const rangeText = ({ min, max }) => `${number(min)}–${number(max)}`;

/** @param numbers whether all columns but the first hold numbers, which are aligned to the right */
export function table(heads, rows, numbers = true) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(heads), line(heads.map((_, index) => (index > 0 && numbers ? '---:' : '---'))), ...rows.map(line)].join(
    '\n',
  );
}

/** Breaks prose into lines, as the other documents have it; tables, lists and headings stay as they are. */
export const wrapped = (markdown, width = 140) =>
  markdown
    .split('\n')
    .map((line) => (/^[|#!-]/.test(line) ? line : lines(line, width).join('\n')))
    .join('\n');

function lines(text, width) {
  const result = [''];
  // Not between the digits of a number.
  for (const word of text.split(/(?<!\d) | (?!\d{3}(?!\d))/)) {
    if (result.at(-1) !== '' && result.at(-1).length + word.length >= width) result.push('');
    result.push(`${result.pop()} ${word}`.trimStart());
  }
  return result;
}

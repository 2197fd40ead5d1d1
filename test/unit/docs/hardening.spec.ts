import { describe, expect, it } from 'vitest';
import { codeOf, read, rowsOf } from './documents.js';

const rows = rowsOf(read('test/security/README.md')).map((cells) => ({
  finding: cells[0]!,
  title: codeOf(cells.at(-2)),
  file: cells.at(-1)!,
}));
const named = rows.filter(({ file }) => file.startsWith('test/'));

describe('test/security/README.md', () => {
  it.each(named)('$finding has the test that is named for it', ({ title, file }) => {
    expect(title).toBeDefined();
    expect(read(file)).toContain(title);
  });
});

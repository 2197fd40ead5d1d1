import { beforeAll, describe, expect, it } from 'vitest';
import {
  checkFrontmatter,
  loadYaml,
  type ParseYaml,
  readFrontmatter,
  writeFrontmatter,
} from '../../../../lib/extensions/skills/frontmatter.js';

let parse: ParseYaml;
beforeAll(async () => void (parse = await loadYaml()));

const head = (...lines: string[]) => ['---', ...lines, '---', '# Title'].join('\n');
const FINE = ['name: refunds', 'description: How to refund.'];

describe('the head of a SKILL.md', () => {
  it('every member is kept as it is', () => {
    const text = head(
      ...FINE,
      'license: Apache-2.0',
      'metadata:',
      '  version: "1.0"',
      '  since: 2026-01-02',
      'n: [1, 2.5]',
    );
    expect(readFrontmatter(text, parse)).toEqual({
      ...{ name: 'refunds', description: 'How to refund.', license: 'Apache-2.0' },
      ...{ metadata: { version: '1.0', since: '2026-01-02' }, n: [1, 2.5] },
    });
  });

  it.each([
    ['lines of Windows', head(...FINE).replaceAll('\n', '\r\n')],
    ['a mark of the byte order', `\uFEFF${head(...FINE)}`],
    ['nothing after it', head(...FINE).replace('\n# Title', '')],
  ])('a file with %s is read', (_title, text) => {
    expect(readFrontmatter(text, parse)).toEqual({ name: 'refunds', description: 'How to refund.' });
  });

  it.each([
    ['no head', '# Title', 'does not begin with YAML'],
    ['a head without an end', '---\nname: x\n', 'does not begin with YAML'],
    ['a head of 100 kB', head(...FINE, `x: ${'a'.repeat(100_000)}`), 'does not begin with YAML'],
    ['broken YAML', head('name: [x'), 'not valid YAML'],
    ['one key twice', head(...FINE, 'name: other'), 'not valid YAML'],
    ['a list', head('- name'), 'must be an object'],
    ['a number that JSON lacks', head(...FINE, 'n: .inf'), 'must be an object that JSON can represent'],
    ['no name', head('description: x'), 'needs a "name"'],
    ['no description', head('name: x'), 'needs a "description"'],
    ['an empty description', head('name: x', 'description: " "'), 'needs a "description"'],
    ['a description of 2000 characters', head('name: x', `description: ${'a'.repeat(2000)}`), 'needs a "description"'],
    ['metadata of MCP', head(...FINE, 'metadata:', '  io.modelcontextprotocol/x: 1'), 'belongs to MCP'],
  ])('%s is refused', (_title, text, reason) => {
    expect(() => readFrontmatter(text, parse)).toThrow(reason);
  });

  it('aliases that would unfold to millions of values are refused', () => {
    const levels = Array.from({ length: 9 }, (_, i) => `x${i + 1}: &x${i + 1} [${Array(9).fill(`*x${i}`).join(', ')}]`);
    expect(() => readFrontmatter(head(...FINE, 'x0: &x0 [1]', ...levels), parse)).toThrow('not valid YAML');
  });

  it('what is written is read back the same', () => {
    const metadata = {
      version: '1.0',
      'odd key: yes': 'a "quoted" text\nof two lines # no comment',
      list: [true, null, 1.5],
    };
    const given = checkFrontmatter({ name: 'x', description: '--- - : é “ 漢', metadata, '- key': 'x', no: 'no' });
    expect(readFrontmatter(`${writeFrontmatter(given)}# Body\n---\n`, parse)).toEqual(given);
  });
});

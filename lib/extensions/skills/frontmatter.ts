import { isMissingPackage } from '../../packages/missing-package.js';
import { isObject, type JsonObject } from '../../protocol/messages.js';

/** What stands at the head of a `SKILL.md`; hosts compare it with the file, member by member. */
export interface Frontmatter extends JsonObject {
  readonly name: string;
  readonly description: string;
}

/** Parses the text between the lines of dashes. */
export type ParseYaml = (text: string) => unknown;

/** Characters of the head of a file; the rest is for models. */
const MAX_CHARACTERS = 64 * 1024;
const MAX_DESCRIPTION = 1024;
const BLOCK = /^\uFEFF?---[ \t]*\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/;
/** Keys of `metadata` that only extensions of MCP may define, and none does. */
const RESERVED = 'io.modelcontextprotocol/';

/** @throws {Error} when yaml is not installed; the message says how to install it */
export async function loadYaml(): Promise<ParseYaml> {
  try {
    const { parse } = await import('yaml');
    return (text) => parse(text, { schema: 'core', logLevel: 'error', maxAliasCount: 100 }) as unknown;
  } catch (error) {
    if (!isMissingPackage(error)) throw error;
    throw new Error('The option "skills" needs the package yaml. Install it: npm install yaml', { cause: error });
  }
}

/** @throws Error for a head that the Agent Skills specification does not allow, or that JSON cannot represent */
export function readFrontmatter(text: string, parse: ParseYaml): Frontmatter {
  const block = BLOCK.exec(text.slice(0, MAX_CHARACTERS))?.[1];
  if (block === undefined) {
    throw new Error(`it does not begin with YAML between two lines of "---", of at most ${MAX_CHARACTERS} characters`);
  }
  let value: unknown;
  try {
    value = parse(block);
  } catch (error) {
    throw new Error(`its head is not valid YAML: ${(error as Error).message}`, { cause: error });
  }
  return checkFrontmatter(value);
}

/** @throws Error for what the Agent Skills specification does not allow, or JSON cannot represent */
export function checkFrontmatter(value: unknown): Frontmatter {
  if (!isObject(value) || !isJson(value)) throw new Error('its head must be an object that JSON can represent');
  const { name, description, metadata } = value;
  if (typeof name !== 'string') throw new Error('its head needs a "name"');
  if (typeof description !== 'string' || description.trim() === '' || description.length > MAX_DESCRIPTION) {
    throw new Error(`its head needs a "description" of 1 to ${MAX_DESCRIPTION} characters`);
  }
  const reserved = isObject(metadata) && Object.keys(metadata).find((key) => key.startsWith(RESERVED));
  if (reserved) throw new Error(`its metadata "${reserved}" has a prefix that belongs to MCP`);
  return value as Frontmatter;
}

/** The head of a file. JSON is YAML, too. */
export const writeFrontmatter = (frontmatter: Frontmatter): string =>
  [
    '---',
    ...Object.entries(frontmatter).map(([key, value]) => `${keyOf(key)}: ${JSON.stringify(value)}`),
    '---',
    '',
  ].join('\n');

const keyOf = (key: string): string => (/^[A-Za-z][\w-]*$/.test(key) ? key : JSON.stringify(key));

function isJson(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value);
    case 'object':
      return value === null || (Array.isArray(value) ? value.every(isJson) : isPlain(value));
    default:
      return false;
  }
}

const isPlain = (value: object): boolean =>
  [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null) &&
  Object.values(value).every(isJson);

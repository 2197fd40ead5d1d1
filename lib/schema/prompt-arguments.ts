import { propertiesIn } from './resolve.js';
import type { CompiledSchema } from './schema.js';
import { readsStrings } from './strings.js';

/** One entry of `arguments` in `prompts/list`. */
export interface PromptArgument {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly required: boolean;
}

/**
 * Derives the arguments of a prompt from its input schema.
 *
 * @throws {SchemaError} if an argument cannot be passed as a string
 */
export function promptArguments(compiled: CompiledSchema, where = 'the input'): PromptArgument[] {
  readsStrings(compiled, where);
  const required = new Set((compiled.jsonSchema['required'] as readonly string[] | undefined) ?? []);
  return propertiesIn(compiled.jsonSchema).map(([name, { title, description }]) => ({
    name,
    ...(typeof title === 'string' && { title }),
    ...(typeof description === 'string' && { description }),
    required: required.has(name),
  }));
}

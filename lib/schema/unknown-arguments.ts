import { isRecord } from './dto/is-record.js';
import type { CompiledSchema } from './schema.js';

/**
 * Takes away arguments that the schema does not declare, before they are validated. Some hosts add arguments of their
 * own, such as `toolCallId`, which a closed schema refuses. Nested objects stay as strict as they are.
 */
export function ignoringUnknown(compiled: CompiledSchema): CompiledSchema {
  const { properties, additionalProperties } = compiled.jsonSchema;
  if (additionalProperties !== false || !isRecord(properties)) return compiled;
  const isKnown = (name: string): boolean => Object.hasOwn(properties, name);
  return {
    ...compiled,
    validate(value) {
      if (!isRecord(value) || Object.keys(value).every(isKnown)) return compiled.validate(value);
      // `fromEntries` defines properties, so an argument named `__proto__` does not touch the prototype.
      return compiled.validate(Object.fromEntries(Object.entries(value).filter(([name]) => isKnown(name))));
    },
  };
}

import type { Subject } from '../observe/subject.js';
import type { Catalog } from '../catalog/catalog.js';
import type { MethodEntry, ToolEntry } from '../catalog/entries.js';
import { isObject, type JsonObject } from '../protocol/messages.js';
import { findResource } from './methods/resources.js';

/** Tells those who observe a request what it is about. */
export const subjectsOf =
  (catalog: Catalog) =>
  (method: string, params: JsonObject): Subject => {
    const { name, arguments: args, uri } = params;
    switch (method) {
      case 'tools/call':
        return typeof name === 'string' ? calledTool(name, args, catalog.tools.get(name)) : NOTHING;
      case 'prompts/get':
        return typeof name === 'string' ? called(name, args, catalog.prompts.get(name)) : NOTHING;
      case 'resources/read':
      case 'resources/subscribe':
      case 'resources/unsubscribe':
      case 'skills/get':
        return typeof uri === 'string' ? resource(catalog, uri) : NOTHING;
      default:
        return ofExtension(catalog.methods.get(method), params);
    }
  };

const NOTHING: Subject = {};

const called = (name: string, args: unknown, entry: Pick<MethodEntry, 'input'> | undefined): Subject => ({
  name,
  isKnown: entry !== undefined,
  ...(entry && isObject(args) && { arguments: args, schema: entry.input }),
});

function calledTool(name: string, args: unknown, tool: ToolEntry | undefined): Subject {
  // The form that tells what is secret, which clients do not get.
  const output = tool?.output?.declared ?? tool?.definition.outputSchema;
  return output ? { ...called(name, args, tool), output } : called(name, args, tool);
}

/** The parameters of a method of an extension; its name is the method of the event. */
function ofExtension(entry: MethodEntry | undefined, params: JsonObject): Subject {
  if (!entry) return NOTHING;
  const { _meta, ...args } = params;
  return { arguments: args, schema: entry.input };
}

/** The template in place of the URI, whose variables are arguments; nothing of a URI that the server does not know. */
function resource(catalog: Catalog, uri: string): Subject {
  const found = findResource(catalog, uri);
  if (!found) return NOTHING;
  const { entry, variables } = found;
  return entry.kind === 'resource'
    ? { name: entry.key, isKnown: true }
    : { name: entry.key, isKnown: true, arguments: variables, schema: entry.input };
}

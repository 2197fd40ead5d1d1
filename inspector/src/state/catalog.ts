import type { Connection } from '../mcp/connection.js';
import { UNATTENDED } from '../mcp/connection.js';
import type { Params } from '../mcp/messages.js';

interface Named {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
}

export interface Tool extends Named {
  readonly inputSchema: Params;
  readonly outputSchema?: Params;
  readonly annotations?: Readonly<Record<string, unknown>>;
  readonly execution?: { readonly taskSupport?: 'forbidden' | 'optional' | 'required' };
}

export interface Resource extends Named {
  readonly uri: string;
  readonly mimeType?: string;
}

export interface Template extends Named {
  readonly uriTemplate: string;
  readonly mimeType?: string;
}

export interface PromptArgument extends Named {
  readonly required?: boolean;
}

export interface Prompt extends Named {
  readonly arguments?: readonly PromptArgument[];
}

/** What the server offers to this person. */
export interface Catalog {
  readonly tools: readonly Tool[];
  readonly resources: readonly Resource[];
  readonly templates: readonly Template[];
  readonly prompts: readonly Prompt[];
}

export const EMPTY_CATALOG: Catalog = { tools: [], resources: [], templates: [], prompts: [] };

/** A list of more pages is cut off here. */
const MAX_PAGES = 100;

/** Reads the lists that the server says it has. */
export async function readCatalog(connection: Connection, capabilities: Params): Promise<Catalog> {
  const all = async <T>(capability: string, method: string, member: string): Promise<readonly T[]> =>
    capability in capabilities ? readPages<T>(connection, method, member) : [];
  const [tools, resources, templates, prompts] = await Promise.all([
    all<Tool>('tools', 'tools/list', 'tools'),
    all<Resource>('resources', 'resources/list', 'resources'),
    all<Template>('resources', 'resources/templates/list', 'resourceTemplates'),
    all<Prompt>('prompts', 'prompts/list', 'prompts'),
  ]);
  return { tools, resources, templates, prompts };
}

async function readPages<T>(connection: Connection, method: string, member: string): Promise<readonly T[]> {
  const items: T[] = [];
  const { signal } = new AbortController();
  let params: Params = {};
  for (let page = 0; page < MAX_PAGES; page++) {
    const result = await connection.request({ method, params }, UNATTENDED, signal);
    items.push(...((result[member] as readonly T[] | undefined) ?? []));
    if (result['nextCursor'] === undefined) break;
    params = { cursor: result['nextCursor'] };
  }
  return items;
}

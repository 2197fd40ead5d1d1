import type { Hosted, SkillEntry } from '../catalog/entries.js';
import type { McpSkillOptions } from '../decorators/skill-options.js';
import type { Primitive } from './primitive.js';

/** What serves the files of a skill. */
export type HostedPrimitive = Pick<Primitive, 'host' | 'declaredBy' | 'type' | 'handler' | 'access' | 'limits'>;

/** @throws Error for a class of which there is not one instance */
export function skillEntry(
  { host, handler, declaredBy, type, access, limits }: Primitive,
  { path, description, frontmatter }: McpSkillOptions,
  hosted: (part: HostedPrimitive, uri: string) => Promise<Hosted>,
): SkillEntry {
  const { wrapper, method } = host;
  if (wrapper.isTransient || !wrapper.isDependencyTreeStatic()) {
    throw new Error('a skill is made once for all clients: its class must not be request-scoped or transient');
  }
  return {
    kind: 'skill',
    key: path,
    declaredBy,
    frontmatter: { description, ...frontmatter },
    load: () => (wrapper.instance as Record<string, () => unknown>)[method]!(),
    host(uri, read) {
      const callback = (args: unknown): unknown => read((args as { file: string }).file);
      copyMetadata(handler, callback);
      return hosted({ host: { ...host, callback }, declaredBy, type, handler, access, limits }, uri);
    },
  };
}

/** Nest reads the enhancers of a method from its metadata. */
function copyMetadata(from: object, to: object): void {
  for (const key of Reflect.getMetadataKeys(from)) Reflect.defineMetadata(key, Reflect.getMetadata(key, from), to);
}

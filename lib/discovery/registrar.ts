import type { Catalog } from '../catalog/catalog.js';
import type { CatalogEntry, CompletionEntry, ToolEntry } from '../catalog/entries.js';
import type { ExposedRoutes, McpToolOptions } from '../decorators/metadata.js';
import { routeTool } from '../routes/route-tool.js';
import type { Discovered, Explorer } from './explorer.js';
import type { EntryFactory } from './entry-factory.js';
import { requireEnhancers } from './enhancers.js';
import type { HandlerHost } from '../pipeline/handler-pipelines.js';
import { exposedTool } from './exposed-routes.js';
import { accessOf, argumentsUse, declaredLimitsOf, extensionOf } from './metadata-accessor.js';
import type { Primitive } from './primitive.js';
import { knownAcrossCopies } from '../packages/known-across-copies.js';

/**
 * An invalid declaration. It is thrown at start-up, and the message begins with the class and method, such as
 * `CatService.find: its arguments have no schema …`. The `cause` is the original error.
 *
 * @publicApi
 */
export class McpDeclarationError extends Error {
  static {
    knownAcrossCopies(this, 'McpDeclarationError');
  }

  override readonly name = 'McpDeclarationError';
  constructor(where: string, cause: unknown) {
    super(`${where}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** Fills the catalog of a server with the decorated classes and methods that belong to it. */
export class Registrar {
  constructor(
    private readonly explorer: Explorer,
    private readonly entries: EntryFactory,
    private readonly catalog: Catalog,
  ) {}

  /**
   * @param server the name of this server; `undefined` is the default server
   * @param servers the names of all servers, to detect unknown names
   * @param expose the routes that become tools of this server
   * @throws {McpDeclarationError}
   */
  async register(
    server: string | undefined,
    servers: ReadonlySet<string | undefined>,
    expose?: ExposedRoutes,
  ): Promise<void> {
    const globals = this.explorer.scopedGlobals();
    const hosts = new Map<unknown, HandlerHost>();
    await this.#registerExtensions(server, servers);
    for (const discovered of [...this.explorer.explore(), ...this.#exposed(server, expose)]) {
      const { host, type, name } = discovered;
      const owner = serverOf(discovered);
      if (!servers.has(owner)) throw unknownServer(name, owner, servers);
      if (owner !== server) continue;
      try {
        requireOneHost(hosts, type, host);
        requireEnhancers(host, type, globals);
        this.catalog.add(await this.#entry(discovered));
      } catch (error) {
        throw new McpDeclarationError(name, error);
      }
    }
    for (const completion of this.catalog.completions.sorted()) this.#requireTarget(completion);
    for (const tool of this.catalog.tools.sorted()) this.#requireApp(tool);
  }

  async #registerExtensions(server: string | undefined, servers: ReadonlySet<string | undefined>): Promise<void> {
    for (const { options, host, type, name } of this.explorer.extensions()) {
      if (!servers.has(options.server)) throw unknownServer(name, options.server, servers);
      if (options.server !== server) continue;
      const constructor = type as unknown as Primitive['type'];
      const handler = type as unknown as Primitive['handler'];
      const declared = { declaredBy: name, host, type: constructor, handler, access: accessOf(type) };
      try {
        this.catalog.add(await this.entries.extension(declared, options));
      } catch (error) {
        throw new McpDeclarationError(name, error);
      }
    }
  }

  #exposed(server: string | undefined, expose: ExposedRoutes | undefined): Discovered[] {
    return this.explorer.undeclaredRoutes().flatMap(({ route, host, type, name }) => {
      const options = exposedTool(route, server, expose);
      return options ? [{ declaration: { kind: 'tool', options }, host, type, name }] : [];
    });
  }

  /** A completer whose target does not exist is a typo that would otherwise go unnoticed. */
  #requireTarget({ target: { ref, name, argument }, declaredBy }: CompletionEntry): void {
    const names =
      ref === 'prompt'
        ? this.catalog.prompts.get(name)?.definition.arguments?.map((known) => known.name)
        : this.catalog.templates.get(name)?.template.variables;
    if (!names?.includes(argument)) {
      const reason = names ? `the ${ref} "${name}" has no argument "${argument}"` : `there is no ${ref} "${name}"`;
      throw new McpDeclarationError(declaredBy, `@McpComplete has no target: ${reason}`);
    }
  }

  /** Hosts would find nothing to show. */
  #requireApp({ app, declaredBy }: ToolEntry): void {
    if (app === undefined || this.catalog.resources.get(app)) return;
    throw new McpDeclarationError(declaredBy, `its app "${app}" does not exist: declare it with @McpApp()`);
  }

  #entry({ declaration, host, type, name }: Discovered): CatalogEntry | Promise<CatalogEntry> {
    const { reads, type: argumentsType, typesAreEmitted } = argumentsUse(type, host.method);
    const handler = (type.prototype as Record<string, Primitive['handler']>)[host.method]!;
    const primitive: Primitive = {
      host,
      defaultName: host.method,
      declaredBy: name,
      takesArguments: reads,
      argumentsType,
      typesAreEmitted,
      type: type as Primitive['type'],
      handler,
      access: accessOf(type, handler),
      limits: declaredLimitsOf(type, handler),
    };
    switch (declaration.kind) {
      case 'tool':
        return this.#tool(primitive, declaration.options, type);
      case 'resource':
        return this.entries.resource(primitive, declaration.options);
      case 'prompt':
        return this.entries.prompt(primitive, declaration.options);
      case 'completion':
        return this.entries.completion(primitive, declaration.options);
      case 'method':
        return this.entries.method(primitive, declaration.options, extensionOf(type)!.id);
      case 'skill':
        return this.entries.skill(primitive, declaration.options);
      case 'app':
        return this.entries.app(primitive, declaration.options);
    }
  }

  /** A route without `input` is called as the route that it is. With one it is a method like any other. */
  async #tool(primitive: Primitive, given: McpToolOptions, type: Discovered['type']): Promise<CatalogEntry> {
    const { host } = primitive;
    const route = given.input === undefined ? this.explorer.routeOf({ type, host }) : undefined;
    if (!route) return this.entries.tool(primitive, given);
    const { options, call, ...compiled } = await routeTool(route, given);
    return this.entries.tool({ ...primitive, host: { ...host, route: call }, compiled }, options);
  }
}

/** A method of an extension belongs to the server of its class. */
function serverOf({ declaration, type, name }: Discovered): string | undefined {
  if (declaration.kind !== 'method') return declaration.options.server;
  const extension = extensionOf(type);
  if (!extension) {
    throw new McpDeclarationError(name, `@McpMethod() needs @McpExtension() on its class, ${type.name}`);
  }
  return extension.server;
}

/** Two instances of one class would declare everything twice. */
function requireOneHost(hosts: Map<unknown, HandlerHost>, type: Discovered['type'], host: HandlerHost): void {
  const known = hosts.get(type);
  hosts.set(type, host);
  if (!known || known.wrapper === host.wrapper) return;
  const [one, other] = [known, host].map(({ module, wrapper }) => {
    const list = module.controllers.get(wrapper.token as never) === wrapper ? 'controllers' : 'providers';
    return `"${list}" of ${module.name}`;
  });
  throw new Error(
    `${type.name} is provided twice, in the ${one} and in the ${other}. Keep one of them, and export it where it is needed.`,
  );
}

function unknownServer(where: string, name: string | undefined, servers: ReadonlySet<string | undefined>): Error {
  const known = [...servers].map((server) => (server === undefined ? 'the default server' : `"${server}"`)).join(', ');
  const wanted = name === undefined ? 'the default server' : `the server "${name}"`;
  return new McpDeclarationError(
    where,
    `it belongs to ${wanted}, but this application only has ${known}; set "server" to one of them`,
  );
}

import { RouteParamtypes } from '../nest/metadata-keys.js';
import { compileSchema, type JsonSchema, type SchemaSource } from '../schema/index.js';
import { embed, type Definitions } from './embed.js';
import type { Place, PlaceForm } from './members.js';
import { pathParameters } from './path-pattern.js';
import { readPipes, type PipeRules } from './pipe-rules.js';
import type { RouteParameter } from './read-parameters.js';
import type { Route } from './route.js';
import type { DeclaredPart } from './secret-marks.js';
import { apiParameters, parameterKeywords } from './swagger.js';

const PLACE_OF: Readonly<Record<number, Place>> = {
  [RouteParamtypes.PARAM]: 'path',
  [RouteParamtypes.QUERY]: 'query',
  [RouteParamtypes.HEADERS]: 'headers',
  [RouteParamtypes.BODY]: 'body',
};
/** The `in` of OpenAPI. */
const API_PLACE = { path: 'path', query: 'query', headers: 'header', body: 'body' } as const;

/** Headers that say who calls. They are those of the caller's own request and never chosen by a model. */
const CREDENTIALS = ['authorization', 'proxy-authorization', 'cookie', 'host'];

const SIMPLE = new Map<unknown, JsonSchema>([
  [String, { type: 'string' }],
  [Number, { type: 'number' }],
  [Boolean, { type: 'boolean' }],
  [Date, { type: 'string', format: 'date-time' }],
]);
const NO_CLASS: readonly unknown[] = [undefined, Object, Function, Array, Promise, Map, Set, Buffer];

const describedByClass = (type: unknown): type is SchemaSource & Function =>
  typeof type === 'function' && !SIMPLE.has(type) && !NO_CLASS.includes(type);

interface Draft {
  readonly members: Map<string, { schema: JsonSchema; required: boolean }>;
  whole: PlaceForm['whole'];
}

/** Reads from the parameters of a route what a call must send, place by place. */
export class PlaceForms {
  readonly forms = new Map<Place, Draft>();
  readonly definitions: Definitions = {};
  readonly warnings: string[] = [];
  /** What the audit reads which arguments are secret from. */
  readonly declared: DeclaredPart[] = [];

  private constructor(
    private readonly route: Route,
    private readonly headers: boolean | readonly string[],
  ) {}

  static async of(route: Route, headers: boolean | readonly string[]): Promise<PlaceForms> {
    const forms = new PlaceForms(route, headers);
    for (const { name, required } of pathParameters(route.path)) {
      forms.#add('path', name, { type: 'string' }, required);
    }
    for (const parameter of route.parameters) await forms.#read(parameter);
    forms.#describe();
    return forms;
  }

  async #read(parameter: RouteParameter): Promise<void> {
    const place = parameter.kind === undefined ? undefined : PLACE_OF[parameter.kind];
    if (place === undefined || (place === 'headers' && !this.#takesHeader(parameter.key))) return;
    const items = new Map<unknown, JsonSchema>();
    for (const pipe of parameter.pipes) {
      const type = (pipe as { options?: { items?: unknown } }).options?.items;
      if (describedByClass(type)) items.set(type, await this.#classSchema(type, place, parameter.key));
    }
    const rules = readPipes(parameter.pipes, (type) => SIMPLE.get(type) ?? items.get(type) ?? {});
    if (parameter.key === undefined) await this.#readWhole(place, parameter, rules);
    else {
      const key = place === 'headers' ? parameter.key.toLowerCase() : parameter.key;
      this.#add(place, key, await this.#valueSchema(place, parameter, rules), requiredBy(place, rules));
    }
  }

  #takesHeader(name: string | undefined): boolean {
    if (name === undefined || CREDENTIALS.includes(name.toLowerCase())) return false;
    const { headers } = this;
    return typeof headers === 'boolean' ? headers : headers.some((one) => one.toLowerCase() === name.toLowerCase());
  }

  async #readWhole(place: Place, { type, schema: given }: RouteParameter, rules: PipeRules): Promise<void> {
    const [body] = place === 'body' ? apiParameters(this.route.handler, 'body') : [];
    const source = [given, type, body?.type].find((one) => typeof one === 'object' || describedByClass(one));
    const draft = this.#draft(place);
    if (rules.schema) draft.whole = { schema: rules.schema, required: rules.required ?? true };
    else if (source && !body?.isArray) {
      const schema = await this.#classSchema(source as SchemaSource, place);
      const properties = schema['properties'] as Readonly<Record<string, JsonSchema>> | undefined;
      if (schema['type'] !== 'object' || !properties) draft.whole = { schema, required: place === 'body' };
      const required = (schema['required'] ?? []) as string[];
      for (const [name, one] of Object.entries(properties ?? {})) this.#add(place, name, one, required.includes(name));
    } else if (type === undefined) {
      throw new Error(
        `its compiler emits no types, so that its ${place} is not known: use tsc or SWC with "emitDecoratorMetadata", or give "input".`,
      );
    } else if (place === 'body') {
      const form = body?.isArray
        ? { type: 'array', items: source ? await this.#classSchema(source as SchemaSource, place) : {} }
        : (SIMPLE.get(type) ?? (type === Array ? { type: 'array', items: {} } : { type: 'object', properties: {} }));
      draft.whole = { schema: form, required: rules.required ?? true };
    } else if (place === 'query' && apiParameters(this.route.handler, 'query').length === 0) {
      draft.whole = { schema: { type: 'object', properties: {} }, required: false };
    }
  }

  /** The schema of one member: from a pipe, else from a schema or class, else from its type. */
  async #valueSchema(place: Place, { type, schema, key }: RouteParameter, rules: PipeRules): Promise<JsonSchema> {
    const initial = rules.default === undefined || !isJson(rules.default) ? {} : { default: rules.default };
    if (rules.schema) return { ...rules.schema, ...initial };
    if (schema) return { ...(await this.#classSchema(schema as SchemaSource, place, key)), ...initial };
    const simple = SIMPLE.get(type);
    if (simple) return { ...simple, ...initial };
    // A pipe that makes an entity of an id: the type is that of the entity, and the id is sent.
    if (describedByClass(type) && !rules.converted) return this.#classSchema(type, place, key);
    if (type === Array) return { type: 'array', items: place === 'body' ? {} : { type: 'string' }, ...initial };
    return place === 'body' ? initial : { type: 'string', ...initial };
  }

  async #classSchema(source: SchemaSource, place: Place, key?: string): Promise<JsonSchema> {
    const where = `the ${place} of ${this.route.type.name}.${this.route.method}`;
    const use = { direction: 'input', where, objectRoot: false } as const;
    const { jsonSchema, declared, warnings } = await compileSchema(source, use);
    this.declared.push({ schema: declared ?? jsonSchema, key });
    this.warnings.push(...warnings);
    return embed(jsonSchema, typeof source === 'function' ? source.name : place, this.definitions);
  }

  /** Adds what `@ApiParam`, `@ApiQuery` and `@ApiHeader` say. */
  #describe(): void {
    for (const place of ['path', 'query', 'headers'] as const) {
      for (const parameter of apiParameters(this.route.handler, API_PLACE[place])) {
        const { name = '', required } = parameter;
        const known = this.forms.get(place)?.members.get(name);
        if (name === '' || (!known && (place !== 'query' || this.forms.get(place)?.whole))) continue;
        const schema = { ...(known?.schema ?? { type: 'string' }), ...parameterKeywords(parameter) };
        const refused = schema['default'] === undefined && required === true;
        this.#draft(place).members.set(name, {
          schema,
          required: required === false ? false : known?.required || refused,
        });
      }
    }
  }

  #draft(place: Place): Draft {
    let draft = this.forms.get(place);
    if (!draft) this.forms.set(place, (draft = { members: new Map(), whole: undefined }));
    return draft;
  }

  #add(place: Place, name: string, schema: JsonSchema, required: boolean): void {
    const { members } = this.#draft(place);
    const known = members.get(name);
    members.set(name, { schema, required: required || (known?.required ?? false) });
  }
}

/** Nest's pipes say whether they refuse an absent value. Without one a body is complete, and a query is not. */
const requiredBy = (place: Place, { required }: PipeRules): boolean => required ?? place === 'body';

const isJson = (value: unknown): boolean => {
  try {
    return JSON.stringify(value) !== undefined && !(value instanceof Date);
  } catch {
    return false;
  }
};

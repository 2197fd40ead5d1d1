import 'reflect-metadata';

/** The options of `@ApiProperty()` and of its relatives, as @nestjs/swagger stores them. */
export type SwaggerOptions = Readonly<Record<string, any>>;

// The keys are those of @nestjs/swagger, which need not be installed: nothing of it is imported.
const NAMES = 'swagger/apiModelPropertiesArray';
const OPTIONS = 'swagger/apiModelProperties';
const EXTRA_MODELS = 'swagger/apiExtraModels';
const CLASS_OPTIONS = 'swagger/apiSchema';
/** The static method that the compiler plugin of @nestjs/swagger adds to classes. */
const FACTORY = '_OPENAPI_METADATA_FACTORY';

/** What @nestjs/swagger knows of the properties of a class and its base classes, by decorators and by its plugin. */
export function swaggerPropertiesOf(target: Function): ReadonlyMap<string, SwaggerOptions> {
  const prototype = target.prototype as object;
  const found = new Map<string, SwaggerOptions>();
  for (const [key, options] of Object.entries(pluginMetadataOf(target))) found.set(key, options);
  const names = (Reflect.getMetadata(NAMES, prototype) ?? []) as readonly string[];
  for (const key of names.map((name) => name.replace(/^:/, ''))) {
    const decorated = Reflect.getMetadata(OPTIONS, prototype, key) as SwaggerOptions | undefined;
    found.set(key, together(found.get(key), decorated));
  }
  return found;
}

/** The description that `@ApiSchema()` gives a class. */
export const swaggerDescriptionOf = (target: Function): string | undefined =>
  classOptionsOf(target).find((options) => options['description'] !== undefined)?.['description'] as string | undefined;

/** The classes that `getSchemaPath()` may refer to, by their names in a document. */
export function swaggerModelsOf(target: Function): ReadonlyMap<string, Function> {
  const models = (Reflect.getMetadata(EXTRA_MODELS, target) ?? []) as readonly Function[];
  return new Map([target, ...models].flatMap((model) => namesOf(model).map((name) => [name, model] as const)));
}

const classOptionsOf = (target: Function): readonly SwaggerOptions[] =>
  (Reflect.getMetadata(CLASS_OPTIONS, target) ?? []) as readonly SwaggerOptions[];

const namesOf = (model: Function): string[] => [
  model.name,
  ...classOptionsOf(model).flatMap(({ name }) => (typeof name === 'string' ? [name] : [])),
];

/** From the base class down, so that an overriding property wins. */
function pluginMetadataOf(target: Function): Record<string, SwaggerOptions> {
  const base = Object.getPrototypeOf(target.prototype as object) as { constructor?: Function } | null;
  const inherited = base?.constructor && base !== Object.prototype ? pluginMetadataOf(base.constructor) : {};
  const factory = (target as { [FACTORY]?: () => Record<string, SwaggerOptions> })[FACTORY];
  return { ...inherited, ...factory?.call(target) };
}

/** A decorator overrides the plugin, but for a type that TypeScript could not emit. */
function together(plugin: SwaggerOptions | undefined, decorated: SwaggerOptions = {}): SwaggerOptions {
  const emitted: unknown = decorated['type'];
  const isVague = emitted === undefined || emitted === Object || emitted === Array;
  return {
    ...plugin,
    ...decorated,
    ...(plugin?.['type'] !== undefined && isVague && { type: plugin['type'], isArray: plugin['isArray'] }),
  };
}

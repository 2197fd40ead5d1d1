import { isMissingPackage } from '../packages/missing-package.js';
import { SchemaError } from './schema.js';

/**
 * Loads an optional peer dependency when the first schema needs it. An application that uses only zod never loads
 * class-validator, and an application without ajv still starts. `import()` caches the module, so there is no cache
 * here.
 */
async function peer<T>(packages: string, reason: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    if (!isMissingPackage(cause)) throw cause;
    throw new SchemaError(`${reason} needs ${packages.replace(' ', ' and ')}`, `Run: npm install ${packages}`, {
      cause,
    });
  }
}

const DTO_PEERS = 'class-validator class-transformer';

export const loadClassValidator = (className: string): Promise<typeof import('class-validator')> =>
  peer(DTO_PEERS, `The class ${className} as a schema`, () => import('class-validator'));

export const loadClassTransformer = (className: string): Promise<typeof import('class-transformer')> =>
  peer(DTO_PEERS, `The class ${className} as a schema`, () => import('class-transformer'));

/** The metadata of `@Type`, `@Expose`, `@Exclude` and `@Transform`. The package exports neither it nor its types. */
export const loadTransformStorage = (className: string): Promise<TransformStorage> =>
  peer(DTO_PEERS, `The class ${className} as a schema`, async () => {
    const file: string = 'class-transformer/cjs/storage.js';
    return ((await import(file)) as { defaultMetadataStorage: TransformStorage }).defaultMetadataStorage;
  });

export const loadAjv = (): Promise<typeof import('ajv/dist/2020.js').Ajv2020> =>
  peer('ajv', 'A plain JSON Schema', async () => (await import('ajv/dist/2020.js')).Ajv2020);

/** See `class-transformer/cjs/MetadataStorage.js`. */
export interface TransformStorage {
  findTypeMetadata(target: Function, property: string): TypeMetadata | undefined;
  findExposeMetadata(target: Function, property: string): { options?: { name?: string } } | undefined;
  findTransformMetadatas(target: Function, property: string, direction: number): readonly unknown[];
  getExposedProperties(target: Function, direction: number): readonly string[];
  getExcludedProperties(target: Function, direction: number): readonly string[];
  getStrategy(target: Function): 'excludeAll' | 'exposeAll' | 'none';
}

export interface TypeMetadata {
  readonly typeFunction: ((options?: unknown) => unknown) | undefined;
  readonly reflectedType: unknown;
  readonly options?: {
    readonly keepDiscriminatorProperty?: boolean;
    readonly discriminator?: {
      readonly property: string;
      readonly subTypes: readonly { readonly value: Function; readonly name: string }[];
    };
  };
}

import type { MetadataStorage } from 'class-validator';
import { loadClassTransformer, loadClassValidator, loadTransformStorage, type TransformStorage } from '../peers.js';
import { propertiesOf, schemaOptionsOf } from '../property.decorator.js';
import type { Direction } from './model.js';

/** The two libraries and everything their decorators wrote, loaded. The only reader of that metadata. */
export interface DtoMetadata {
  readonly validator: MetadataStorage;
  readonly transformer: TransformStorage;
  readonly transform: typeof import('class-transformer');
}

export async function loadDtoMetadata(className: string): Promise<DtoMetadata> {
  const { getMetadataStorage } = await loadClassValidator(className);
  return {
    validator: getMetadataStorage(),
    transformer: await loadTransformStorage(className),
    transform: await loadClassTransformer(className),
  };
}

export type Validations = ReturnType<MetadataStorage['getTargetValidationMetadatas']>;

/** Every rule of a class and its bases, an override replacing what it overrides, by property. */
export function validationsOf({ validator }: DtoMetadata, target: Function): Map<string, Validations> {
  const all = validator.getTargetValidationMetadatas(target, '', false, false);
  const byProperty = new Map<string, Validations>();
  for (const one of all) {
    const there = byProperty.get(one.propertyName);
    if (there) there.push(one);
    else byProperty.set(one.propertyName, [one]);
  }
  return byProperty;
}

/** Whether anybody meant this class to describe data. */
export const describesData = ({ validator }: DtoMetadata, target: Function): boolean =>
  validator.getTargetValidationMetadatas(target, '', false, false).length > 0 ||
  propertiesOf(target.prototype as object).size > 0 ||
  schemaOptionsOf(target) !== undefined;

/** How class-transformer numbers the two directions. */
export const TRANSFORMATION: Readonly<Record<Direction, number>> = { input: 0, output: 1 };

/** The properties class-transformer leaves out in this direction. */
export function excluded(
  { transformer }: DtoMetadata,
  target: Function,
  direction: Direction,
): (key: string) => boolean {
  const way = TRANSFORMATION[direction];
  const left = new Set(transformer.getExcludedProperties(target, way));
  const shown = new Set(transformer.getExposedProperties(target, way));
  const hidden = transformer.getStrategy(target) === 'excludeAll';
  return (key) => left.has(key) || (hidden && !shown.has(key));
}

/** What `@ApiProperty` says in words; read by its key, so that @nestjs/swagger is no dependency. */
export function swaggerWords(prototype: object, key: string): { description?: string; examples?: unknown[] } {
  const api = Reflect.getMetadata('swagger/apiModelProperties', prototype, key) as
    { description?: unknown; example?: unknown; examples?: unknown } | undefined;
  if (api === undefined) return {};
  const examples = Array.isArray(api.examples) ? api.examples : api.example === undefined ? undefined : [api.example];
  return {
    ...(typeof api.description === 'string' && { description: api.description }),
    ...(examples !== undefined && { examples }),
  };
}

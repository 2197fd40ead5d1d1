import type { MetadataStorage } from 'class-validator';
import { loadClassTransformer, loadClassValidator, loadTransformStorage, type TransformStorage } from '../peers.js';
import { carriedClass, carriedProperties } from '../carried.js';
import type { McpPropertyOptions, McpSchemaOptions } from '../property-options.js';
import { propertiesOf, schemaOptionsOf } from '../property.decorator.js';
import { swaggerPropertiesOf } from '../swagger/metadata.js';
import type { Direction } from './model.js';

/** The two libraries and the metadata of their decorators. Only this folder reads that metadata. */
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

/**
 * The rules of a class and its base classes by property. The rules of an overriding property replace the inherited
 * ones.
 */
export function validationsOf({ validator }: DtoMetadata, target: Function): Map<string, Validations> {
  const all = validator.getTargetValidationMetadatas(target, '', false, false);
  const byProperty = new Map<string, Validations>();
  for (const one of all) {
    const validations = byProperty.get(one.propertyName);
    if (validations) validations.push(one);
    else byProperty.set(one.propertyName, [one]);
  }
  return byProperty;
}

/** What `@McpProperty` says of the properties of a class, also of one that a mapped type was made of. */
export function documentedProperties({ validator }: DtoMetadata, target: Function): Map<string, McpPropertyOptions> {
  const found = carriedProperties(validator, target);
  for (const [key, options] of propertiesOf(target.prototype as object))
    found.set(key, { ...found.get(key), ...options });
  return found;
}

/** What `@McpSchema` says of a class, or of the classes that a mapped type was made of. */
export const documentedClass = ({ validator }: DtoMetadata, target: Function): McpSchemaOptions => ({
  ...carriedClass(validator, target),
  ...schemaOptionsOf(target),
});

/** Whether a decorator marks this class as a description of data. */
export const describesData = ({ validator }: DtoMetadata, target: Function): boolean =>
  validator.getTargetValidationMetadatas(target, '', false, false).length > 0 ||
  propertiesOf(target.prototype as object).size > 0 ||
  swaggerPropertiesOf(target).size > 0 ||
  schemaOptionsOf(target) !== undefined;

/** The numbers class-transformer uses for the two directions. */
export const TRANSFORMATION: Readonly<Record<Direction, number>> = { input: 0, output: 1 };

/** A predicate for the properties that class-transformer omits in this direction. */
export function excluded(
  { transformer }: DtoMetadata,
  target: Function,
  direction: Direction,
): (key: string) => boolean {
  const transformation = TRANSFORMATION[direction];
  const excludedKeys = new Set(transformer.getExcludedProperties(target, transformation));
  const exposedKeys = new Set(transformer.getExposedProperties(target, transformation));
  const excludesAll = transformer.getStrategy(target) === 'excludeAll';
  return (key) => excludedKeys.has(key) || (excludesAll && !exposedKeys.has(key));
}

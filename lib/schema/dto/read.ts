import { SchemaError, type DtoClass } from '../schema.js';
import { swaggerDescriptionOf, swaggerPropertiesOf } from '../swagger/metadata.js';
import { isHidden } from './declared.js';
import {
  describesData,
  documentedClass,
  documentedProperties,
  excluded,
  TRANSFORMATION,
  validationsOf,
  type DtoMetadata,
} from './metadata.js';
import type { Direction, DtoModel } from './model.js';
import { isRuled, readProperty } from './read-property.js';
import type { ClassReader } from './class-reader.js';

/** Reads classes into models. Each class is read only once, so classes may refer to each other recursively. */
export class DtoReader implements ClassReader {
  private readonly models = new Map<Function, DtoModel>();

  constructor(
    readonly metadata: DtoMetadata,
    readonly direction: Direction,
  ) {}

  read(type: DtoClass): DtoModel {
    const known = this.models.get(type);
    if (known !== undefined) return known;
    if (!describesData(this.metadata, type)) {
      throw new SchemaError(
        `The class ${type.name} has no decorated properties, so its contents are unknown`,
        'Decorate its properties with class-validator, @ApiProperty or @McpProperty, or pass a schema instead of the class',
      );
    }
    const documented = { description: swaggerDescriptionOf(type), ...documentedClass(this.metadata, type) };
    const model: DtoModel = {
      type: type as new () => object,
      name: type.name,
      open: documented.additionalProperties === true,
      documented,
      transformed: this.isTransformed(type),
      properties: [],
      byName: new Map(),
    };
    // The model is stored before its properties are read, because a property may have the type of the class itself.
    this.models.set(type, model);
    this.readProperties(type, model);
    return model;
  }

  private readProperties(type: DtoClass, model: DtoModel): void {
    const prototype = type.prototype as object;
    const documented = documentedProperties(this.metadata, type);
    const validations = validationsOf(this.metadata, type);
    const isExcluded = excluded(this.metadata, type, this.direction);
    const exposed = this.metadata.transformer.getExposedProperties(type, TRANSFORMATION[this.direction]);
    const keys = new Set([
      ...documented.keys(),
      ...swaggerPropertiesOf(type).keys(),
      ...validations.keys(),
      ...(model.transformed ? exposed : []),
    ]);
    const initial = this.initial(model);
    for (const key of orderOf(keys, initial)) {
      const computed = isReadOnly(prototype, key);
      if (isExcluded(key) || (computed && this.direction === 'input')) continue;
      if (!isRuled(validations.get(key)) && isHidden(type, key, this.direction)) continue;
      const property = readProperty(
        this,
        model,
        key,
        validations.get(key) ?? [],
        documented.get(key),
        computed,
        computed ? undefined : initial?.[key],
      );
      model.properties.push(property);
      model.byName.set(property.name, property);
    }
  }

  /** A new instance, which shows the defaults. */
  private initial(model: DtoModel): Record<string, unknown> | undefined {
    try {
      return new model.type() as Record<string, unknown>;
    } catch (cause) {
      if (this.direction === 'output') return undefined;
      throw new SchemaError(
        `The class ${model.name} cannot be created without constructor arguments`,
        'Remove them or give them defaults, because the arguments of a call are assigned to a new instance',
        { cause },
      );
    }
  }

  private isTransformed(type: DtoClass): boolean {
    const { transformer } = this.metadata;
    const transformation = TRANSFORMATION[this.direction];
    const keys = validationsOf(this.metadata, type).keys();
    return (
      transformer.getStrategy(type) !== 'none' ||
      transformer.getExposedProperties(type, transformation).length > 0 ||
      transformer.getExcludedProperties(type, transformation).length > 0 ||
      [...keys, ...swaggerPropertiesOf(type).keys(), ...documentedProperties(this.metadata, type).keys()].some(
        (key) => transformer.findTransformMetadatas(type, key, transformation).length > 0,
      )
    );
  }
}

/** Declaration order, if an instance shows it. The decorators alone would list inherited properties after own ones. */
function orderOf(keys: ReadonlySet<string>, initial: object | undefined): string[] {
  const declared = initial === undefined ? [] : Object.keys(initial).filter((key) => keys.has(key));
  return [...new Set([...declared, ...keys])];
}

function isReadOnly(prototype: object, key: string): boolean {
  for (let at: object | null = prototype; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const found = Object.getOwnPropertyDescriptor(at, key);
    if (found !== undefined) return found.get !== undefined && found.set === undefined;
  }
  return false;
}

import type { McpPropertyOptions, McpSchemaOptions } from './property-options.js';

/**
 * `PartialType(Dto)` and its relatives make a class that is no subclass of the DTO. They copy the metadata of
 * class-validator and nothing else. So what `@McpProperty` and `@McpSchema` say is put there as well, and travels along.
 */
const PROPERTY = Symbol.for('nestjs-mcp-fleet:schema:carried-property');
const CLASS = Symbol.for('nestjs-mcp-fleet:schema:carried-class');

interface Carrier {
  readonly target: unknown;
  readonly propertyName: string;
  readonly [PROPERTY]?: McpPropertyOptions;
  [CLASS]?: McpSchemaOptions;
}

/** The storage of class-validator, as far as it is used here. */
export interface CarrierStorage {
  getTargetValidationMetadatas(target: Function, schema: string, always: boolean, strict: boolean): readonly unknown[];
  addValidationMetadata?(metadata: any): void;
}

/** Declares the property to class-validator, too, so that `whitelist: true` of a pipe does not strip it. */
export const carryProperty = (target: Function, propertyName: string, options: McpPropertyOptions): void =>
  whenStored((storage) =>
    storage.addValidationMetadata?.({
      type: 'whitelistValidation',
      target,
      propertyName,
      groups: [],
      each: false,
      [PROPERTY]: options,
    }),
  );

export const carryClass = (target: Function, options: McpSchemaOptions): void =>
  whenStored((storage) => {
    for (const carrier of ownOf(storage, target)) carrier[CLASS] = { ...carrier[CLASS], ...options };
  });

/** What the properties of a class carry, from the base class down, so that an overriding property wins. */
export function carriedProperties(storage: CarrierStorage, target: Function): Map<string, McpPropertyOptions> {
  const found = new Map<string, McpPropertyOptions>();
  for (const { propertyName, [PROPERTY]: options } of lineOf(target).flatMap((type) => ownOf(storage, type)))
    if (options !== undefined) found.set(propertyName, { ...found.get(propertyName), ...options });
  return found;
}

export const carriedClass = (storage: CarrierStorage, target: Function): McpSchemaOptions =>
  Object.assign({}, ...lineOf(target).flatMap((type) => ownOf(storage, type).map((carrier) => carrier[CLASS])));

const ownOf = (storage: CarrierStorage, target: Function): Carrier[] =>
  (storage.getTargetValidationMetadatas(target, '', false, false) as Carrier[]).filter((one) => one.target === target);

/** A class and its base classes, the base first. */
function lineOf(target: Function): Function[] {
  const base = Object.getPrototypeOf(target) as Function | null;
  return base === null || base === Function.prototype ? [target] : [...lineOf(base), target];
}

type Waiting = (storage: CarrierStorage) => void;

/** Where all copies of class-validator keep their one storage. */
const STORAGE = 'classValidatorMetadataStorage';
const WAITING = Symbol.for('nestjs-mcp-fleet:schema:waiting');

/**
 * Runs with the storage: now, or when class-validator is loaded and makes it. It is an optional peer, so it cannot be
 * imported here, and a class with `@McpProperty` alone may be evaluated before it is.
 */
function whenStored(run: Waiting): void {
  const shared = globalThis as { [STORAGE]?: CarrierStorage; [WAITING]?: Waiting[] };
  const storage = shared[STORAGE];
  if (storage !== undefined) return run(storage);
  if (shared[WAITING] !== undefined) return void shared[WAITING].push(run);
  const waiting = (shared[WAITING] = [run]);
  Object.defineProperty(globalThis, STORAGE, {
    configurable: true,
    get: () => undefined,
    set(value: CarrierStorage) {
      Object.defineProperty(globalThis, STORAGE, { value, configurable: true, enumerable: true, writable: true });
      delete shared[WAITING];
      for (const late of waiting) late(value);
    },
  });
}

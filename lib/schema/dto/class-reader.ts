import type { DtoClass } from '../schema.js';
import type { DtoMetadata } from './metadata.js';
import type { Direction, DtoModel } from './model.js';

/** Reads the classes that a property refers to. */
export interface ClassReader {
  readonly metadata: DtoMetadata;
  readonly direction: Direction;
  read(type: DtoClass): DtoModel;
}

import { IntrinsicException } from '@nestjs/common';
import type { SchemaIssue } from '../schema/index.js';

/** The arguments do not fit the schema. Tools answer it as a result, everything else as `-32602`. */
export class InvalidArgumentsError extends IntrinsicException {
  override readonly name = 'InvalidArgumentsError';
  constructor(readonly issues: readonly SchemaIssue[]) {
    super(issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('\n'));
  }
}

import { IntrinsicException } from '@nestjs/common';
import type { SchemaIssue } from '../schema/index.js';
import { knownAcrossCopies } from '../packages/known-across-copies.js';

/**
 * The arguments do not match the schema; `issues` lists where and why. Tools answer with a result that has `isError`,
 * all other methods with `-32602`.
 *
 * @publicApi
 */
export class InvalidArgumentsError extends IntrinsicException {
  static {
    knownAcrossCopies(this, 'InvalidArgumentsError');
  }

  override readonly name = 'InvalidArgumentsError';
  constructor(readonly issues: readonly SchemaIssue[]) {
    super(issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('\n'));
  }
}

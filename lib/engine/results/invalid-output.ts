/**
 * A method returned something that its `output` schema or JSON does not allow: a fault of the server, reported as
 * such (U-7).
 */
export class InvalidOutputError extends Error {
  override readonly name = 'InvalidOutputError';
}

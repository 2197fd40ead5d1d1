import { HttpException } from '@nestjs/common';

/** Whether this is Nest's `HttpException`, of this copy of Nest or of another: a library may bring one of its own. */
export const isHttpException = (error: unknown): error is HttpException =>
  error instanceof HttpException || (error instanceof Error && hasMethods(error, 'getStatus', 'getResponse'));

const hasMethods = (value: object, ...names: string[]): boolean =>
  names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function');

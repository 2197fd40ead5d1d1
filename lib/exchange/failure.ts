import type { HttpException, Logger } from '@nestjs/common';
import { inspect } from 'node:util';
import { isHttpException } from '../nest/http-exception.js';
import { ErrorCode, invalidParams, McpError, ResourceNotFoundError, ToolError } from '../protocol/errors.js';
import { text, type CallToolResult } from '../protocol/content.js';
import { InvalidArgumentsError } from './invalid-arguments.js';
import { CancelledError } from './exchange.js';
import { isObject } from '../protocol/messages.js';

const INTERNAL = 'Internal error';

/** Replaces an error that is not meant for clients and has been logged. Clients only get "Internal error". */
export class UnexpectedError extends McpError {
  override readonly name = 'UnexpectedError';
  constructor(cause: unknown) {
    super(ErrorCode.InternalError, INTERNAL, { cause });
  }
}

/** Whether the error is a regular response, or needs no response. */
export const isExpected = (error: unknown): boolean =>
  isHttpException(error) ||
  [McpError, ToolError, InvalidArgumentsError, CancelledError].some((type) => error instanceof type);

/** Logs an error thrown by a method and replaces it by an `UnexpectedError`, unless it is meant for the client. */
export function maskUnexpected(error: unknown, logger: Logger, where: string): unknown {
  if (isExpected(error)) return error;
  reportUnexpected(error, logger, where);
  return new UnexpectedError(error);
}

/** Logs an error that clients will not see. */
export function reportUnexpected(error: unknown, logger: Logger, where: string): void {
  if (isExpected(error)) return;
  logger.error(`${where} failed`, error instanceof Error ? withCauses(error) : inspect(error));
}

/** Appends the causes to the stack, because loggers print only the stack, and the reason is often in a cause. */
function withCauses(error: Error, deepest = 5): string {
  const stack = error.stack ?? String(error);
  return error.cause instanceof Error && deepest > 0
    ? `${stack}\nCaused by: ${withCauses(error.cause, deepest - 1)}`
    : stack;
}

/**
 * Converts an error thrown by a method to a JSON-RPC error for the client. Unexpected errors become "Internal error".
 */
export function toMcpError(error: unknown): McpError {
  if (error instanceof McpError) return error;
  if (error instanceof InvalidArgumentsError) return invalidParams(error.message, { issues: error.issues });
  if (error instanceof ToolError) return new McpError(ErrorCode.InternalError, error.message);
  if (isHttpException(error)) return fromHttp(error);
  return new McpError(ErrorCode.InternalError, INTERNAL, { cause: error });
}

/** Uses the HTTP status as an application-defined code (C-5), unless JSON-RPC has a code of the same meaning. */
function fromHttp(error: HttpException): McpError {
  const status = error.getStatus();
  const message = messageOf(error);
  if (status === 400 || status === 404 || status === 422) return new McpError(ErrorCode.InvalidParams, message);
  if (status >= 500) return new McpError(ErrorCode.InternalError, message);
  return new McpError(status, message);
}

/** Pipes such as `ValidationPipe` put the problems into the response body, one sentence each. */
function messageOf(error: HttpException): string {
  const response = error.getResponse();
  const message = isObject(response) ? response.message : undefined;
  return Array.isArray(message) ? message.join('\n') : error.message;
}

/**
 * Converts an error thrown by a tool to a result with `isError`, which the model can read and act on (§7.2). A rejected
 * caller, a cancelled call and an `McpError` remain protocol errors.
 *
 * @throws {McpError | CancelledError}
 */
export function toolFailure(error: unknown): CallToolResult {
  if (error instanceof UnexpectedError) return failed(INTERNAL);
  if (error instanceof McpError || error instanceof CancelledError) throw error;
  if (isHttpException(error) && [401, 403].includes(error.getStatus())) throw fromHttp(error);
  return failed(toolFailureText(error));
}

const failed = (reason: string): CallToolResult => ({ content: [text(reason)], isError: true });

function toolFailureText(error: unknown): string {
  if (error instanceof InvalidArgumentsError) return `Invalid arguments:\n${error.message}`;
  if (error instanceof ToolError) return error.message;
  if (isHttpException(error)) return messageOf(error);
  return INTERNAL;
}

/** A `NotFoundException` thrown by a resource's method means that the resource does not exist. */
export const resourceFailure = (error: unknown, uri: string): unknown =>
  isHttpException(error) && error.getStatus() === 404 ? new ResourceNotFoundError(uri) : error;

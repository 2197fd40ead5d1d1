import { HttpException, type Logger } from '@nestjs/common';
import { inspect } from 'node:util';
import { ErrorCode, invalidParams, McpError, ResourceNotFoundError, ToolError } from '../protocol/errors.js';
import { text, type CallToolResult } from '../protocol/content.js';
import { InvalidArgumentsError } from './invalid-arguments.js';
import { CancelledError } from './exchange.js';
import { isObject } from '../protocol/messages.js';

const INTERNAL = 'Internal error';

/** Stands for an error that is not meant for clients and has been logged: they learn nothing but that there was one. */
export class UnexpectedError extends McpError {
  override readonly name = 'UnexpectedError';
  constructor(cause: unknown) {
    super(ErrorCode.InternalError, INTERNAL, { cause });
  }
}

/** Errors that are answers, or need none. */
const isExpected = (error: unknown): boolean =>
  [McpError, HttpException, ToolError, InvalidArgumentsError, CancelledError].some((type) => error instanceof type);

/** What a method threw, as it may go on: logged and hidden unless it is meant for the client. */
export function maskUnexpected(error: unknown, logger: Logger, where: string): unknown {
  if (isExpected(error)) return error;
  reportUnexpected(error, logger, where);
  return new UnexpectedError(error);
}

/** Logs what no client will be told. */
export function reportUnexpected(error: unknown, logger: Logger, where: string): void {
  if (isExpected(error)) return;
  logger.error(`${where} failed`, error instanceof Error ? withCauses(error) : inspect(error));
}

/** Loggers print a stack as it is, and the reason is often in the cause. */
function withCauses(error: Error, deepest = 5): string {
  const stack = error.stack ?? String(error);
  return error.cause instanceof Error && deepest > 0
    ? `${stack}\nCaused by: ${withCauses(error.cause, deepest - 1)}`
    : stack;
}

/** What a method threw, as the JSON-RPC error its client may see. Whatever is not meant for clients is just "Internal error". */
export function toMcpError(error: unknown): McpError {
  if (error instanceof McpError) return error;
  if (error instanceof InvalidArgumentsError) return invalidParams(error.message, { issues: error.issues });
  if (error instanceof ToolError) return new McpError(ErrorCode.InternalError, error.message);
  if (error instanceof HttpException) return fromHttp(error);
  return new McpError(ErrorCode.InternalError, INTERNAL, { cause: error });
}

/** Statuses keep their number as an application code (C-5) unless JSON-RPC has a code that says the same. */
function fromHttp(error: HttpException): McpError {
  const status = error.getStatus();
  const message = messageOf(error);
  if (status === 400 || status === 404 || status === 422) return new McpError(ErrorCode.InvalidParams, message);
  if (status >= 500) return new McpError(ErrorCode.InternalError, message);
  return new McpError(status, message);
}

/** `ValidationPipe` and the like put what is wrong into the response body, one sentence each. */
function messageOf(error: HttpException): string {
  const response = error.getResponse();
  const message = isObject(response) ? response.message : undefined;
  return Array.isArray(message) ? message.join('\n') : error.message;
}

/**
 * What a tool's method threw. Most of it is for the model to read and act on, as a result with `isError` (§7.2); a
 * refused caller, a cancelled call and a deliberate `McpError` stay errors of the protocol.
 *
 * @throws {McpError | CancelledError}
 */
export function toolFailure(error: unknown): CallToolResult {
  if (error instanceof UnexpectedError) return failed(INTERNAL);
  if (error instanceof McpError || error instanceof CancelledError) throw error;
  if (error instanceof HttpException && [401, 403].includes(error.getStatus())) throw fromHttp(error);
  return failed(toolFailureText(error));
}

const failed = (why: string): CallToolResult => ({ content: [text(why)], isError: true });

function toolFailureText(error: unknown): string {
  if (error instanceof InvalidArgumentsError) return `Invalid arguments:\n${error.message}`;
  if (error instanceof ToolError) return error.message;
  if (error instanceof HttpException) return messageOf(error);
  return INTERNAL;
}

/** A reader that answers "not found" in Nest's way means the resource. */
export const resourceFailure = (error: unknown, uri: string): unknown =>
  error instanceof HttpException && error.getStatus() === 404 ? new ResourceNotFoundError(uri) : error;

import { HttpException, type Logger } from '@nestjs/common';
import { ErrorCode, invalidParams, McpError, ResourceNotFoundError, ToolError } from '../protocol/errors.js';
import { text, type CallToolResult } from '../protocol/content.js';
import { InvalidArgumentsError } from '../pipeline/call.js';
import { CancelledError } from './exchange.js';
import { isObject } from '../protocol/messages.js';

const INTERNAL = 'Internal error';

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
  if (error instanceof McpError || error instanceof CancelledError) throw error;
  if (error instanceof HttpException && [401, 403].includes(error.getStatus())) throw fromHttp(error);
  return { content: [text(toolFailureText(error))], isError: true };
}

function toolFailureText(error: unknown): string {
  if (error instanceof InvalidArgumentsError) return `Invalid arguments:\n${error.message}`;
  if (error instanceof ToolError) return error.message;
  if (error instanceof HttpException) return messageOf(error);
  return INTERNAL;
}

/** A reader that answers "not found" in Nest's way means the resource. */
export const resourceFailure = (error: unknown, uri: string): unknown =>
  error instanceof HttpException && error.getStatus() === 404 ? new ResourceNotFoundError(uri) : error;

/** Errors from outside the Nest pipeline have not been logged by it. */
export function reportUnexpected(error: unknown, logger: Logger, where: string): void {
  if (error instanceof McpError || error instanceof HttpException || error instanceof CancelledError) return;
  logger.error(where, error instanceof Error ? error.stack : String(error));
}

import { IntrinsicException } from '@nestjs/common';
import type { JsonRpcErrorObject } from './messages.js';

/** Error codes this server puts on the wire (C-1, C-3, C-5). `docs/errors.md` explains each. */
export const ErrorCode = {
  ParseError: -32700,
  InvalidRequest: -32600,
  MethodNotFound: -32601,
  InvalidParams: -32602,
  InternalError: -32603,
  /** Legacy revisions only (C-3): the modern ones say `InvalidParams`. */
  ResourceNotFound: -32002,
  HeaderMismatch: -32020,
  MissingClientCapability: -32021,
  UnsupportedProtocolVersion: -32022,
} as const;

export interface McpErrorOptions extends ErrorOptions {
  /** What goes into `error.data`; must be safe to show to the client. */
  readonly data?: unknown;
}

/**
 * An error that is meant for the client: it is answered as a JSON-RPC error with exactly this code, message and data.
 * So are, in their own way, `ToolError` and Nest's `HttpException`. Anything else a method throws is logged, and the client
 * learns nothing of it.
 *
 * `IntrinsicException` keeps Nest's exception handler from logging what is an ordinary answer.
 */
export class McpError extends IntrinsicException {
  override readonly name: string = 'McpError';
  readonly data?: unknown;

  constructor(
    readonly code: number,
    message: string,
    options: McpErrorOptions = {},
  ) {
    super(message, options);
    this.data = options.data;
  }

  toJSON(): JsonRpcErrorObject {
    return this.data === undefined
      ? { code: this.code, message: this.message }
      : { code: this.code, message: this.message, data: this.data };
  }
}

/** The resource does not exist. The code on the wire depends on the era: see `wireError()`. */
export class ResourceNotFoundError extends McpError {
  override readonly name = 'ResourceNotFoundError';
  constructor(uri: string) {
    super(ErrorCode.InvalidParams, `Resource not found: ${uri}`, { data: { uri } });
  }
}

/** The request needs a capability that its client did not declare (M-7). */
export class MissingClientCapabilityError extends McpError {
  override readonly name = 'MissingClientCapabilityError';
  /** @param required the missing capabilities only, shaped like `ClientCapabilities`, e.g. `{ sampling: {} }`. */
  constructor(required: Readonly<Record<string, unknown>>) {
    super(
      ErrorCode.MissingClientCapability,
      `This request needs client capabilities that were not declared: ${Object.keys(required).join(', ')}`,
      { data: { requiredCapabilities: required } },
    );
  }
}

/** The server has as much of something as it may; HTTP 503 with `Retry-After` while headers are unsent (L-14). */
export class CapacityError extends McpError {
  override readonly name: string = 'CapacityError';
  constructor(message: string) {
    super(ErrorCode.InternalError, message);
  }
}

/** A tool failed in a way its caller should read: answered as a result with `isError: true` and this message. */
export class ToolError extends IntrinsicException {
  override readonly name: string = 'ToolError';
}

export const invalidParams = (message: string, data?: unknown): McpError =>
  new McpError(ErrorCode.InvalidParams, message, { data });

export const methodNotFound = (method: string): McpError =>
  new McpError(ErrorCode.MethodNotFound, `Method not found: ${method}`);

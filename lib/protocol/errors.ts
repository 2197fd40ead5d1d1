import { IntrinsicException } from '@nestjs/common';
import type { JsonRpcErrorObject } from './messages.js';
import { knownAcrossCopies } from '../packages/known-across-copies.js';

/**
 * The JSON-RPC error codes this server sends (C-1, C-3, C-5). `docs/errors.md` explains each of them.
 *
 * @publicApi
 */
export const ErrorCode = {
  ParseError: -32700,
  InvalidRequest: -32600,
  MethodNotFound: -32601,
  InvalidParams: -32602,
  InternalError: -32603,
  /** Legacy revisions only (C-3). The modern one uses `InvalidParams`. */
  ResourceNotFound: -32002,
  HeaderMismatch: -32020,
  MissingClientCapability: -32021,
  UnsupportedProtocolVersion: -32022,
} as const;

export interface McpErrorOptions extends ErrorOptions {
  /** The value of `error.data`. It must be safe to show to the client. */
  readonly data?: unknown;
}

/**
 * An error that is meant for the client. The response is a JSON-RPC error with exactly this code, message and data.
 * `ToolError` and Nest's `HttpException` also reach the client, in a form of their own. Any other error a method throws
 * is logged, and the client gets only "Internal error".
 *
 * It extends `IntrinsicException`, so that Nest's exception handler does not log an ordinary response.
 *
 * @example
 * ```ts
 * throw new McpError(ErrorCode.InvalidParams, 'The order is already paid', { data: { orderId } });
 * ```
 * @publicApi
 */
export class McpError extends IntrinsicException {
  static {
    knownAcrossCopies(this, 'McpError');
  }

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

/**
 * The resource does not exist. Clients get `-32602` in the modern era and `-32002` in the legacy era.
 *
 * @publicApi
 */
export class ResourceNotFoundError extends McpError {
  static {
    knownAcrossCopies(this, 'ResourceNotFoundError');
  }

  override readonly name = 'ResourceNotFoundError';
  constructor(uri: string) {
    super(ErrorCode.InvalidParams, `Resource not found: ${uri}`, { data: { uri } });
  }
}

/**
 * The request needs a capability that the client did not declare (M-7).
 *
 * @publicApi
 */
export class MissingClientCapabilityError extends McpError {
  static {
    knownAcrossCopies(this, 'MissingClientCapabilityError');
  }

  override readonly name = 'MissingClientCapabilityError';
  /** @param required only the missing capabilities, shaped like `ClientCapabilities`, such as `{ sampling: {} }` */
  constructor(required: Readonly<Record<string, unknown>>) {
    super(
      ErrorCode.MissingClientCapability,
      `This request needs client capabilities that were not declared: ${Object.keys(required).join(', ')}`,
      { data: { requiredCapabilities: required } },
    );
  }
}

/**
 * The caller's token lacks scopes. The HTTP status is 403 with a challenge that names all scopes of the operation
 * (O-8), unless headers are sent; then clients get a JSON-RPC error with code 403 and `data.requiredScopes`.
 *
 * @publicApi
 */
export class InsufficientScopeError extends McpError {
  static {
    knownAcrossCopies(this, 'InsufficientScopeError');
  }

  override readonly name = 'InsufficientScopeError';

  /** @param requiredScopes all scopes that the operation needs, also those that the token has */
  constructor(readonly requiredScopes: readonly string[]) {
    super(403, `This needs the scope ${requiredScopes.join(' ')}`, { data: { requiredScopes } });
  }
}

/**
 * The caller is anonymous, and what it asks for needs an identity. The HTTP status is 401 with a challenge, unless
 * headers are sent; then clients get a JSON-RPC error with code 401, and `data.requiredScopes` if scopes are needed.
 *
 * @publicApi
 */
export class AuthenticationRequiredError extends McpError {
  static {
    knownAcrossCopies(this, 'AuthenticationRequiredError');
  }

  override readonly name = 'AuthenticationRequiredError';

  /** @param requiredScopes all scopes that the operation needs. Default: none */
  constructor(readonly requiredScopes: readonly string[] = []) {
    super(401, 'This needs an authenticated caller', requiredScopes.length > 0 ? { data: { requiredScopes } } : {});
  }
}

/**
 * The caller lacks a role, or a policy does not allow what it asks for. Clients get a JSON-RPC error with code 403. With
 * `denied: 'hide'` it is only the `cause` of the error for something that does not exist.
 *
 * @publicApi
 */
export class AccessDeniedError extends McpError {
  static {
    knownAcrossCopies(this, 'AccessDeniedError');
  }

  override readonly name = 'AccessDeniedError';

  /** @param reason what did not allow it; clients do not get it */
  constructor(readonly reason: 'roles' | 'policy') {
    super(403, 'The caller may not do this');
  }
}

/**
 * The server has reached one of its limits. The HTTP status is 503 with `Retry-After`, or 429 for a client that has
 * used up its share, unless headers are sent (L-14).
 *
 * @publicApi
 */
export class CapacityError extends McpError {
  static {
    knownAcrossCopies(this, 'CapacityError');
  }

  override readonly name: string = 'CapacityError';

  /** @param status the HTTP status. Default: 503 */
  constructor(
    message: string,
    readonly status: 503 | 429 = 503,
    { code = ErrorCode.InternalError, ...options }: McpErrorOptions & { readonly code?: number } = {},
  ) {
    super(code, message, options);
  }
}

/**
 * A client has used something as often as its limit allows: `@McpLimit()`, or the option `limits`. The HTTP status is 429
 * with `Retry-After`, unless headers are sent; clients get a JSON-RPC error with code 429 and `data.retryAfterMs`.
 *
 * @publicApi
 */
export class LimitExceededError extends CapacityError {
  static {
    knownAcrossCopies(this, 'LimitExceededError');
  }

  override readonly name = 'LimitExceededError';

  /** @param retryAfterMs when to try again, in ms from now */
  constructor(readonly retryAfterMs: number) {
    super(`Too many requests; try again in ${Math.ceil(retryAfterMs / 1000)} s`, 429, {
      code: 429,
      data: { retryAfterMs },
    });
  }
}

/**
 * A call took longer than `callTimeoutMs`, or than the option `timeoutMs` of its tool, resource or prompt. Its `ctx.signal` is aborted. Tools
 * answer with a result with `isError`, all others with `-32603`.
 *
 * @publicApi
 */
export class CallTimeoutError extends McpError {
  static {
    knownAcrossCopies(this, 'CallTimeoutError');
  }

  override readonly name = 'CallTimeoutError';

  /** @param timeoutMs how long it may take, in ms */
  constructor(readonly timeoutMs: number) {
    super(ErrorCode.InternalError, `The call took longer than ${timeoutMs} ms and was stopped`, {
      data: { timeoutMs },
    });
  }
}

/**
 * A result has more bytes than `maxResultBytes`. Tools answer with a result with `isError`, all others with `-32603`.
 *
 * @publicApi
 */
export class ResultTooLargeError extends McpError {
  static {
    knownAcrossCopies(this, 'ResultTooLargeError');
  }

  override readonly name = 'ResultTooLargeError';

  /** @param maxResultBytes how many bytes an answer may have */
  constructor(readonly maxResultBytes: number) {
    super(ErrorCode.InternalError, `The result has more than ${maxResultBytes} bytes; ask for less of it`, {
      data: { maxResultBytes },
    });
  }
}

/**
 * A tool failed in a way the model should read about. The response is a result with `isError: true` and this message.
 *
 * @example
 * ```ts
 * throw new ToolError(`There is no city called "${city}"; try the English name.`);
 * ```
 * @publicApi
 */
export class ToolError extends IntrinsicException {
  static {
    knownAcrossCopies(this, 'ToolError');
  }

  override readonly name: string = 'ToolError';
}

export const invalidParams = (message: string, data?: unknown): McpError =>
  new McpError(ErrorCode.InvalidParams, message, { data });

export const methodNotFound = (method: string): McpError =>
  new McpError(ErrorCode.MethodNotFound, `Method not found: ${method}`);

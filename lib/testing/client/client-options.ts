import type { OutgoingHttpHeaders } from 'node:http';
import type { LogLevel } from '../../protocol/log-levels.js';
import type { JsonObject } from '../../protocol/messages.js';
import {
  type Era,
  isLegacyRevision,
  LEGACY_REVISIONS,
  type LegacyRevision,
  MODERN_REVISION,
  type Revision,
} from '../../protocol/revisions.js';
import type { TestPrincipal } from './test-principals.js';

/**
 * The headers by which requests of a principal are authenticated, such as `{ authorization: 'Bearer …' }`.
 *
 * @publicApi
 */
export type Credentials = (principal: TestPrincipal) => OutgoingHttpHeaders | Promise<OutgoingHttpHeaders>;

/**
 * Options of `mcpClient()`.
 *
 * @publicApi
 */
export interface McpClientOptions {
  /** Default: that of `revision`, or `modern`. */
  readonly era?: Era;
  /** The revision that the client asks for. Default: the newest of `era`. */
  readonly revision?: Revision;
  /** The option `server` of the `McpModule`. Default: the default server. */
  readonly server?: string;
  /** The path of the endpoint. Default: where the server is mounted; needed when that has parameters. */
  readonly path?: string;
  /** Sent with every request. Default: none. */
  readonly headers?: OutgoingHttpHeaders;
  /** Turns the principal of `as()` into headers. Default: those of `TestPrincipals`, if the application has it. */
  readonly credentials?: Credentials;
  /** What the client declares beside what it can be asked. Default: nothing. */
  readonly capabilities?: Readonly<JsonObject>;
  /** The least severe log messages that the client wants. Default: none in the modern era, all in the legacy era. */
  readonly logLevel?: LogLevel;
  /** How long anything may take before the test fails with a sentence, ms. Default: 4000, less than jest and vitest wait. */
  readonly patienceMs?: number;
}

export const PATIENCE_MS = 4000;

/** @throws {TypeError} when era and revision contradict each other, or do not exist */
export function revisionOf({ era, revision }: McpClientOptions): LegacyRevision | typeof MODERN_REVISION {
  const chosen = revision ?? (era === 'legacy' ? LEGACY_REVISIONS[0] : MODERN_REVISION);
  const isKnown = chosen === MODERN_REVISION || isLegacyRevision(chosen);
  const fits = era === undefined || (era === 'legacy') === isLegacyRevision(chosen);
  if (isKnown && fits) return chosen;
  throw new TypeError(
    `There is no revision ${chosen} in the era ${era ?? 'modern or legacy'}. Choose ${MODERN_REVISION} (modern), or ${LEGACY_REVISIONS.join(', ')} (legacy).`,
  );
}

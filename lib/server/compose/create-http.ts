import type { Logger } from '@nestjs/common';
import { AuthPrincipalResolver } from '../../auth/auth-principal-resolver.js';
import type { InFlight } from '../../engine/in-flight.js';
import { ByteBudget } from '../../limits/byte-budget.js';
import type { ResolvedOptions } from '../../options/resolve-options.js';
import { HttpEndpoint } from '../../transport/http/http-endpoint.js';
import { PostHandler } from '../../transport/http/legacy/post-handler.js';
import type { LegacyServices } from '../../transport/legacy-services.js';
import { ModernHandler } from '../../transport/http/modern/modern-handler.js';
import { OriginPolicy } from '../../transport/http/origin-policy.js';
import { KeepAlive } from '../../transport/http/sse/keep-alive.js';
import { StreamUpgrades } from '../../transport/http/sse/stream-upgrades.js';
import { DeleteHandler } from '../../transport/http/legacy/delete-handler.js';
import { GetHandler } from '../../transport/http/legacy/get-handler.js';
import { Welcome } from '../../transport/http/welcome.js';
import type { Backends } from '../../backends/backends.js';
import type { Engine } from './create-engine.js';

export interface HttpService {
  readonly endpoint: HttpEndpoint;
  readonly streams: GetHandler;
  readonly slow: StreamUpgrades;
  readonly budget: ByteBudget;
  /** Answers browsers. `undefined` in production. */
  readonly welcome: Welcome | undefined;
}

/** Creates the HTTP endpoint of one server with its handlers. */
export function createHttpService(
  { dispatcher }: Engine,
  { principals }: Backends,
  services: LegacyServices,
  inFlight: InFlight,
  options: ResolvedOptions,
  logger: Logger,
): HttpService {
  const { keepAliveMs, maxPendingBytes, streamAfterMs, maxStreams, maxHeldStreams } = options;
  const sse = { keepAlive: new KeepAlive(keepAliveMs), maxPendingBytes };
  const slow = new StreamUpgrades(streamAfterMs);
  const streams = new GetHandler(services, sse, { maxStreams, maxHeld: maxHeldStreams });
  const budget = new ByteBudget({ totalBytes: options.maxRequestBytes, shareBytes: options.maxRequestBytesPerClient });
  const handlers = {
    modern: new ModernHandler(dispatcher, inFlight, slow, sse),
    posts: new PostHandler(dispatcher, inFlight, slow, services, sse),
    gets: streams,
    deletes: new DeleteHandler(services),
  };
  const policy = new OriginPolicy(options);
  const challenges = principals instanceof AuthPrincipalResolver ? principals.challenges : undefined;
  const { report, observer } = services;
  const welcome = process.env['NODE_ENV'] === 'production' ? undefined : new Welcome(options);
  const parts = {
    policy,
    principals,
    dispatcher,
    handlers,
    budget,
    limits: options,
    logger,
    report,
    observer,
    challenges,
    welcome,
  };
  const endpoint = new HttpEndpoint(parts);
  return { endpoint, streams, slow, budget, welcome };
}

import type { Logger } from '@nestjs/common';
import type { InFlight } from '../engine/in-flight.js';
import type { ResolvedOptions } from '../mcp.resolved-options.js';
import { HttpEndpoint } from '../transport/http/http-endpoint.js';
import { LegacyHandler } from '../transport/http/legacy-handler.js';
import type { LegacyServices } from '../transport/legacy-services.js';
import { ModernHandler } from '../transport/http/modern-handler.js';
import { OriginPolicy } from '../transport/http/origin-policy.js';
import { SlowAnswers } from '../transport/http/slow-answers.js';
import { StandingStreams } from '../transport/http/standing-streams.js';
import type { Backends } from './backends.js';
import type { Engine } from './engine.js';

export interface HttpService {
  readonly endpoint: HttpEndpoint;
  readonly streams: StandingStreams;
  readonly slow: SlowAnswers;
}

/** The HTTP side of one server. */
export function createHttpService(
  { dispatcher }: Engine,
  { principals }: Backends,
  services: LegacyServices,
  inFlight: InFlight,
  options: ResolvedOptions,
  logger: Logger,
): HttpService {
  const { keepAliveMs, maxPendingBytes, streamAfterMs, maxStreams, maxParked, maxJsonDepth } = options;
  const sse = { keepAliveMs, maxPendingBytes };
  const slow = new SlowAnswers(streamAfterMs);
  const streams = new StandingStreams(services, sse, { maxStreams, maxParked });
  const endpoint = new HttpEndpoint(
    new OriginPolicy(options),
    principals,
    dispatcher,
    new ModernHandler(dispatcher, inFlight, slow, sse),
    new LegacyHandler(dispatcher, inFlight, slow, services, sse),
    streams,
    maxJsonDepth,
    logger,
  );
  return { endpoint, streams, slow };
}

import type { Context, Link } from '@opentelemetry/api';
import type { Exchange } from '../exchange/exchange.js';
import { isObject } from '../protocol/messages.js';
import type { OpenTelemetry } from './load-open-telemetry.js';

/** The members of `_meta`, and the headers, that carry a trace (SEP-414). */
const CARRIED = ['traceparent', 'tracestate', 'baggage'] as const;

export interface Parent {
  readonly context: Context;
  /** The span of the HTTP request, where the client has named another parent. */
  readonly links: Link[] | undefined;
}

/**
 * The context in which a request is served: that of its client, if it carries one in `_meta`; otherwise that of the HTTP
 * request, as an instrumentation has made it, or as its headers say where there is no instrumentation.
 */
export function parentOf({ context, propagation, trace }: OpenTelemetry, { request, peer }: Exchange): Parent {
  const ambient = context.active();
  const http = trace.getSpanContext(ambient);
  const meta = request.params?._meta;
  const given = isObject(meta) && typeof meta.traceparent === 'string' ? meta : http ? undefined : peer.headers;
  if (typeof given?.traceparent !== 'string') return { context: ambient, links: undefined };
  const extracted = propagation.extract(ambient, textsOf(given));
  const client = trace.getSpanContext(extracted);
  // What is no valid parent must not make an orphan of the span: it belongs to the HTTP request then.
  if (!client || client === http || !trace.isSpanContextValid(client)) return { context: ambient, links: undefined };
  return { context: extracted, links: http && [{ context: http }] };
}

/** A client may send anything. */
function textsOf(given: Readonly<Record<string, unknown>>): Record<string, string> {
  const carrier: Record<string, string> = {};
  for (const name of CARRIED) {
    const value = given[name];
    if (typeof value === 'string') carrier[name] = value;
  }
  return carrier;
}

import { auditOptions } from '../options/audit-options.js';
import { telemetryOptions } from '../options/telemetry-options.js';
import { fleetMetrics } from '../telemetry/fleet-metrics.js';
import { loadOpenTelemetry } from '../telemetry/load-open-telemetry.js';
import { registeredMeter, registeredTracer } from '../telemetry/registered-sdk.js';
import { Telemetry } from '../telemetry/telemetry.js';
import { fleetFigures } from './fleet-figures.js';
import { healthOf } from './health.js';
import type { McpRuntime } from './mcp-runtime.js';

/** The name of the scope in which OpenTelemetry shows the spans and metrics. */
const SCOPE = 'nestjs-mcp-fleet';

/**
 * Makes spans and metrics of what happens on a server, if OpenTelemetry is installed and wanted. Called at the start:
 * what was registered before is used.
 *
 * @returns a function that ends that
 */
export async function startTelemetry(runtime: McpRuntime): Promise<() => void> {
  const { options, observer, backends, services } = runtime;
  const { traces, metrics, ...content } = telemetryOptions(options.telemetry);
  const api = traces || metrics ? await loadOpenTelemetry() : undefined;
  if (!api) return () => {};
  const { name: server } = options;
  const { instance } = auditOptions(options.audit);
  const tracer = traces ? registeredTracer(api, SCOPE) : () => undefined;
  const meter = metrics ? registeredMeter(api, SCOPE) : undefined;
  const stopTracing = observer.trace(new Telemetry({ api, tracer, meter, ...content, server, instance }));
  const stopMetrics =
    meter &&
    fleetMetrics({
      ...{ meter, observer, server },
      figures: () => fleetFigures(healthOf(runtime, undefined)),
      sessions: () => backends.sessions.count(),
      report: services.report,
    });
  return () => {
    stopTracing();
    stopMetrics?.();
  };
}

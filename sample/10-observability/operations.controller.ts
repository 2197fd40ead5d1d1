import { Controller, Get, Header } from '@nestjs/common';
import { HealthCheck, HealthCheckService, HealthIndicatorService } from '@nestjs/terminus';
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { McpServer } from 'nestjs-mcp-fleet';
import { prometheus, recentTraces } from './telemetry.js';

/** What operators look at. */
@Controller()
export class OperationsController {
  constructor(
    private readonly checks: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly mcp: McpServer,
  ) {}

  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4')
  async metrics(): Promise<string> {
    const { resourceMetrics } = await prometheus.collect();
    return new PrometheusSerializer().serialize(resourceMetrics);
  }

  @Get('traces')
  @Header('content-type', 'text/plain')
  traces(): string {
    return recentTraces.toString();
  }

  @Get('health')
  @HealthCheck()
  health() {
    return this.checks.check([
      () => {
        const { ready, broker } = this.mcp.health();
        const indicator = this.indicators.check('mcp');
        return ready ? indicator.up({ broker }) : indicator.down({ broker });
      },
    ]);
  }
}

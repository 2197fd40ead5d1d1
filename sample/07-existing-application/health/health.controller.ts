import { Controller, Get } from '@nestjs/common';
import { HealthCheck, HealthCheckService, HealthIndicatorService, TypeOrmHealthIndicator } from '@nestjs/terminus';
import { McpServer } from 'nestjs-mcp-fleet';
import { Public } from '../access/guards.js';

@Public()
@Controller('health')
export class HealthController {
  constructor(
    private readonly checks: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly database: TypeOrmHealthIndicator,
    private readonly mcp: McpServer,
  ) {}

  @Get()
  @HealthCheck()
  check() {
    return this.checks.check([() => this.database.pingCheck('database'), () => this.#assistant()]);
  }

  #assistant() {
    const { ready, broker } = this.mcp.health();
    const indicator = this.indicators.check('mcp');
    return ready ? indicator.up({ broker }) : indicator.down({ broker });
  }
}

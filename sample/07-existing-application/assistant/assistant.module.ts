import { Module } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { McpModule } from 'nestjs-mcp-fleet';
import { OrdersModule } from '../orders/orders.module.js';
import { OrderTools } from './order.tools.js';

/** What makes this application an MCP server. Guards, limits, logs and tenants are those of every other route. */
@Module({
  imports: [
    OrdersModule,
    McpModule.forRootAsync({
      inject: [ConfigService],
      useFactory: (config: ConfigService) => ({
        name: 'shop',
        version: '1.0.0',
        redis: config.get<string>('REDIS_URL'),
        allowedHosts: config.get<string>('MCP_ALLOWED_HOSTS')?.split(','),
      }),
    }),
  ],
  providers: [OrderTools],
})
export class AssistantModule {}

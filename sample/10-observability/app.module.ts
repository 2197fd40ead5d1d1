import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { McpModule } from 'nestjs-mcp-fleet';
import { MOUNT } from '../shared/mount.js';
import { OperationsController } from './operations.controller.js';
import { ShopTools } from './shop.tools.js';

@Module({
  imports: [
    TerminusModule,
    McpModule.forRoot({
      name: 'shop',
      version: '1.0.0',
      mount: MOUNT,
      ...(process.env.REDIS_URL && { redis: process.env.REDIS_URL }),
      // Spans show what was asked for, but not what is secret.
      telemetry: { arguments: true },
    }),
  ],
  controllers: [OperationsController],
  providers: [ShopTools],
})
export class AppModule {}

import { Module } from '@nestjs/common';
import { McpModule } from 'nestjs-mcp-fleet';
import { MOUNT } from '../shared/mount.js';
import { OrderTools } from './order.tools.js';
import { Stock } from './stock.js';

@Module({
  imports: [McpModule.forRoot({ name: 'shop', version: '1.0.0', redis: process.env.REDIS_URL, mount: MOUNT })],
  providers: [Stock, OrderTools],
})
export class AppModule {}

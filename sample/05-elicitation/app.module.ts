import { Module } from '@nestjs/common';
import { McpModule } from 'nestjs-mcp-fleet';
import { MOUNT } from '../shared/mount.js';
import { Bookings } from './bookings.js';
import { TripTools } from './trip.tools.js';

@Module({
  imports: [McpModule.forRoot({ name: 'trips', version: '1.0.0', redis: process.env.REDIS_URL, mount: MOUNT })],
  providers: [Bookings, TripTools],
})
export class AppModule {}

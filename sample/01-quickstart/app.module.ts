import { Module } from '@nestjs/common';
import { McpModule } from 'nestjs-mcp-fleet';
import { MOUNT } from '../shared/mount.js';
import { Stations } from './stations.js';
import { WeatherTools } from './weather.tools.js';

@Module({
  imports: [McpModule.forRoot({ name: 'weather', version: '1.0.0', redis: process.env.REDIS_URL, mount: MOUNT })],
  providers: [Stations, WeatherTools],
})
export class AppModule {}

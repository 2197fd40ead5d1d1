import { Module } from '@nestjs/common';
import { McpModule } from 'nestjs-mcp-fleet';
import { MOUNT } from '../shared/mount.js';
import { ReportTools } from './report.tools.js';

@Module({
  imports: [
    McpModule.forRoot({
      name: 'reports',
      version: '1.0.0',
      taskPollIntervalMs: 500,
      redis: process.env.REDIS_URL,
      mount: MOUNT,
    }),
  ],
  providers: [ReportTools],
})
export class AppModule {}

import { Module } from '@nestjs/common';
import { McpModule } from 'nestjs-mcp-fleet';
import { MOUNT } from '../shared/mount.js';
import { Desk } from './desk.js';
import { DeskTools } from './desk.tools.js';

@Module({
  imports: [
    McpModule.forRoot({
      name: 'on-call-desk',
      version: '1.0.0',
      instructions: 'Read the skill "incident" before you open or close an incident.',
      redis: process.env.REDIS_URL,
      mount: MOUNT,
      // One folder for each skill, looked at again every two seconds.
      skills: { directory: 'sample/11-skills-and-apps/skills', prefix: 'desk', rereadMs: 2000 },
    }),
  ],
  providers: [Desk, DeskTools],
})
export class AppModule {}

import { Module } from '@nestjs/common';
import { McpModule } from 'nestjs-mcp-fleet';
import { MOUNT } from '../shared/mount.js';
import { Archive } from './archive.js';
import { ArchiveTools } from './archive.tools.js';
import { SavedSearches } from './saved-searches.js';

@Module({
  imports: [McpModule.forRoot({ name: 'archive', version: '1.0.0', redis: process.env.REDIS_URL, mount: MOUNT })],
  providers: [Archive, ArchiveTools, SavedSearches],
})
export class AppModule {}

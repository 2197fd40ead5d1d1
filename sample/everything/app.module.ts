import { Module } from '@nestjs/common';
import { McpModule } from 'nestjs-mcp-fleet';
import { AboutTool } from './about.tool.js';
import { CapabilityTools } from './capability.tools.js';
import { ContentTools } from './content.tools.js';
import { EverythingPrompts } from './everything.prompts.js';
import { EverythingResources } from './everything.resources.js';
import { ListChangeTools } from './list-change.tools.js';
import { ReportingTools } from './reporting.tools.js';
import { SchemaTools } from './schema.tools.js';

/** The fixture of the official conformance suite: names, texts and shapes are the suite's. `npm run conformance` */
@Module({
  imports: [
    McpModule.forRoot({
      name: 'everything',
      version: '1.0.0',
      title: 'Everything',
      description: 'One of each: the server that the conformance suite is run against.',
      instructions: 'Call "about" to learn what is here.',
    }),
  ],
  providers: [
    AboutTool,
    CapabilityTools,
    ContentTools,
    EverythingPrompts,
    EverythingResources,
    ListChangeTools,
    ReportingTools,
    SchemaTools,
  ],
})
export class AppModule {}

import { Module } from '@nestjs/common';
import { McpModule } from 'nestjs-mcp-fleet';
import { AboutTool } from './about.tool.js';
import { AskingTools } from './asking.tools.js';
import { CapabilityTools } from './capability.tools.js';
import { ContentTools } from './content.tools.js';
import { EverythingPrompts } from './everything.prompts.js';
import { EverythingResources } from './everything.resources.js';
import { InputRequiredTools } from './input-required.tools.js';
import { ListChangeTools } from './list-change.tools.js';
import { PollingTool } from './polling.tool.js';
import { ReportingTools } from './reporting.tools.js';
import { SchemaTools } from './schema.tools.js';
import { TaskTools } from './task.tools.js';

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
    AskingTools,
    CapabilityTools,
    ContentTools,
    EverythingPrompts,
    EverythingResources,
    InputRequiredTools,
    ListChangeTools,
    PollingTool,
    ReportingTools,
    SchemaTools,
    TaskTools,
  ],
})
export class AppModule {}

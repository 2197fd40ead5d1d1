import { Module } from '@nestjs/common';
import { McpModule, PrincipalResolver } from 'nestjs-mcp-fleet';
import { MOUNT } from '../shared/mount.js';
import { AboutTool } from './about.tool.js';
import { AskingTools } from './asking.tools.js';
import { CapabilityTools } from './capability.tools.js';
import { ContentTools } from './content.tools.js';
import { EverythingPrompts } from './everything.prompts.js';
import { EverythingResources } from './everything.resources.js';
import { EverythingSkills } from './everything.skills.js';
import { FleetTestController, FleetTestPrincipals } from './fleet-test.controller.js';
import { FleetTestTools } from './fleet-test.tools.js';
import { InputRequiredTools } from './input-required.tools.js';
import { ListChangeTools } from './list-change.tools.js';
import { PollingTool } from './polling.tool.js';
import { ReportingTools } from './reporting.tools.js';
import { SchemaTools } from './schema.tools.js';
import { TaskTools } from './task.tools.js';

/** Tools and routes for tests of a fleet, which must not appear in the lists that the suite checks. */
const isFleetTest = process.env.FLEET_TEST === '1';

/** The fixture of the official conformance suite, which defines names, texts and schemas (`npm run conformance`). */
@Module({
  imports: [
    McpModule.forRoot({
      name: 'everything',
      version: '1.0.0',
      title: 'Everything',
      description: 'The server that the conformance suite runs against.',
      instructions: 'Call "about" to learn what is here.',
      redis: process.env.REDIS_URL,
      mount: MOUNT,
    }),
  ],
  controllers: isFleetTest ? [FleetTestController] : [],
  providers: [
    AboutTool,
    AskingTools,
    CapabilityTools,
    ContentTools,
    EverythingPrompts,
    EverythingResources,
    EverythingSkills,
    InputRequiredTools,
    ListChangeTools,
    PollingTool,
    ReportingTools,
    SchemaTools,
    TaskTools,
    ...(isFleetTest ? [FleetTestTools, { provide: PrincipalResolver, useClass: FleetTestPrincipals }] : []),
  ],
})
export class AppModule {}

import { Injectable } from '@nestjs/common';
import { McpContext, MissingClientCapabilityError, McpTool } from 'nestjs-mcp-fleet';

/** Tools that need a capability of the client. */
@Injectable()
export class CapabilityTools {
  @McpTool({ name: 'test_missing_capability', description: 'Works only for clients that can sample' })
  needsSampling(ctx: McpContext): string {
    if (!ctx.can('sampling')) throw new MissingClientCapabilityError({ sampling: {} });
    return 'This client can sample.';
  }
}

import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { McpContext, McpTool } from 'nestjs-mcp-fleet';

@Injectable()
export class PollingTool {
  /** The client comes back for the answer instead of holding its connection (SEP-1699). */
  @McpTool({ name: 'test_reconnection', description: 'Ends its event stream before it has an answer' })
  async reconnection(ctx: McpContext): Promise<string> {
    ctx.closeStream();
    await pause(100, undefined, { signal: ctx.signal });
    return 'Reconnection test completed successfully.';
  }
}

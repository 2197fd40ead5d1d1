import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { McpContext, McpTool } from 'nestjs-mcp-fleet';

@Injectable()
export class PollingTool {
  /** The client reconnects for the response instead of keeping its connection open (SEP-1699). */
  @McpTool({ name: 'test_reconnection', description: 'Closes its event stream before the response' })
  async reconnection(ctx: McpContext): Promise<string> {
    ctx.closeStream();
    await pause(100, undefined, { signal: ctx.signal });
    return 'Reconnection test completed successfully.';
  }
}

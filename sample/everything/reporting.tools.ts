import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { McpContext, McpTool, type Progress, progress } from 'nestjs-mcp-fleet';

/** Long enough that a client receives the steps separately. */
const STEP_MS = 50;

/** Tools that send notifications before their result. */
@Injectable()
export class ReportingTools {
  @McpTool({ name: 'test_tool_with_logging', description: 'Sends log messages while it runs' })
  async logging(ctx: McpContext): Promise<string> {
    ctx.log.info('Tool execution started');
    await pause(STEP_MS, undefined, { signal: ctx.signal });
    ctx.log.info('Tool processing data');
    await pause(STEP_MS, undefined, { signal: ctx.signal });
    ctx.log.info('Tool execution completed');
    return 'Logged three messages.';
  }

  /** A client of 2026-07-28 receives the message only if its request names a log level. */
  @McpTool({ name: 'test_logging_tool', description: 'Logs one message' })
  logOnce(ctx: McpContext): string {
    ctx.log.info('A message for those who asked for it');
    return 'Logged one message.';
  }

  @McpTool({ name: 'test_tool_with_progress', description: 'Reports progress while it runs' })
  async *progress(ctx: McpContext): AsyncGenerator<Progress | string> {
    for (const done of [0, 50]) {
      yield progress(done, 100, `Completed step ${done} of 100`);
      await pause(STEP_MS, undefined, { signal: ctx.signal });
    }
    yield progress(100, 100, 'Completed step 100 of 100');
    yield 'Done.';
  }
}

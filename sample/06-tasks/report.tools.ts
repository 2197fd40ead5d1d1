import { setTimeout as pause } from 'node:timers/promises';
import { ConsoleLogger, Injectable } from '@nestjs/common';
import { IsBoolean, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { McpContext, McpTool } from 'nestjs-mcp-fleet';

const PAGE_MS = Number(process.env.PAGE_MS ?? 500);

class Report {
  @IsString()
  @MaxLength(80)
  subject!: string;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(100)
  pages?: number = 6;
}

class Approval {
  @IsBoolean()
  approved!: boolean;
}

/** Slow tools. A client that supports tasks receives a task immediately and polls it; any other client waits. */
@Injectable()
export class ReportTools {
  readonly #logger = new ConsoleLogger('Reports');

  /**
   * A task from the start. Progress messages become its status message, and cancelling it aborts `ctx.signal`. When its
   * instance dies, another one runs it again without repeating completed steps.
   */
  @McpTool({ name: 'write_report', description: 'Writes a report, page by page', task: 'optional', idempotent: true })
  async write({ subject, pages = 6 }: Report, ctx: McpContext): Promise<string> {
    try {
      for (let page = 1; page <= pages; page++) {
        await ctx.step(`page ${page}`, () => this.#write(page, ctx.signal));
        ctx.progress(page, pages, `Wrote page ${page} of ${pages}`);
      }
      return `${subject}: ${pages} pages.`;
    } finally {
      if (ctx.signal.aborted) this.#logger.log(`"${subject}" was called off`);
    }
  }

  /** A task that asks: its status is `input_required` until the client answers or the task expires. */
  @McpTool({
    name: 'publish_report',
    description: 'Publishes a report, once it is approved',
    task: 'required',
    elicits: [Approval],
  })
  async publish({ subject }: Report, ctx: McpContext): Promise<string> {
    const answer = await ctx.elicit(Approval, `Publish "${subject}"?`);
    const approved = answer.action === 'accept' && answer.content.approved;
    return approved ? `"${subject}" is published.` : `"${subject}" stays a draft.`;
  }

  /** Asks during the call, and becomes a task with `ctx.detach()` when the long part begins. */
  @McpTool({
    name: 'order_report',
    description: 'Orders a report',
    task: 'optional',
    detaches: true,
    elicits: [Approval],
  })
  async order(report: Report, ctx: McpContext): Promise<string> {
    const { approved } = await ctx.elicitOrThrow(Approval, `Pay for ${report.pages} pages?`);
    if (!approved) return 'Nothing was ordered.';
    await ctx.detach();
    return this.write(report, ctx);
  }

  async #write(page: number, signal: AbortSignal): Promise<void> {
    this.#logger.log(`Writing page ${page}`);
    await pause(PAGE_MS, undefined, { signal });
  }
}

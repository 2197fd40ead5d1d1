import { setTimeout as pause } from 'node:timers/promises';
import { ConsoleLogger, Injectable } from '@nestjs/common';
import { IsInt, IsString, Max, Min } from 'class-validator';
import { McpContext, McpTool, type Progress, progress } from 'nestjs-mcp-fleet';

/** How often `slow` reports progress. */
const STEP_MS = 50;

/** The id of this instance of the fleet. */
export const INSTANCE_ID = process.env.INSTANCE_ID ?? `pid-${process.pid}`;

class SlowArguments {
  @IsInt()
  @Min(0)
  @Max(600_000)
  ms!: number;
}
class CountArguments {
  @IsInt()
  @Min(0)
  @Max(100_000)
  n!: number;
}
class AskArguments {
  @IsString()
  question!: string;
}
class AnswerForm {
  @IsString()
  answer!: string;
}

/** With `FLEET_TEST=1` only: tools that tests of a fleet need. */
@Injectable()
export class FleetTestTools {
  readonly #logger = new ConsoleLogger('fleet-test');

  @McpTool({ description: 'Returns the instance that answers' })
  whoami(): string {
    return INSTANCE_ID;
  }

  @McpTool({ description: 'Runs for a while and reports progress; logs its cancellation' })
  async *slow({ ms }: SlowArguments, ctx: McpContext): AsyncGenerator<Progress | string> {
    try {
      for (let passed = 0; passed < ms; passed += STEP_MS) {
        yield progress(passed, ms);
        await pause(Math.min(STEP_MS, ms - passed), undefined, { signal: ctx.signal });
      }
      yield `Took ${ms} ms.`;
    } finally {
      if (ctx.signal.aborted) this.#logger.log(`slow(${ms}), request ${ctx.requestId}, was aborted`);
    }
  }

  @McpTool({ description: 'Sends the given number of progress notifications, counting from 1' })
  async *count({ n }: CountArguments): AsyncGenerator<Progress | string> {
    for (let i = 1; i <= n; i++) yield progress(i, n, `${i} of ${n}`);
    yield `Counted to ${n}.`;
  }

  @McpTool({ description: 'Asks the user of the client', elicits: [AnswerForm] })
  async ask({ question }: AskArguments, ctx: McpContext): Promise<string> {
    const reply = await ctx.elicit(AnswerForm, question);
    return reply.action === 'accept' ? `answered: ${reply.content.answer}` : `not answered: ${reply.action}`;
  }
}

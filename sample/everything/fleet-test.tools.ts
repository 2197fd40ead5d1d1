import { setTimeout as pause } from 'node:timers/promises';
import { ConsoleLogger, Injectable } from '@nestjs/common';
import { IsInt, IsString, Max, Min } from 'class-validator';
import { McpContext, McpTool, type Progress, progress } from 'nestjs-mcp-fleet';

/** How often `slow` gives a sign of life. */
const STEP_MS = 50;

/** Tells the instances of a fleet apart. */
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

/** Only with `FLEET_TEST=1`: what tests of a fleet need to see from outside of it. */
@Injectable()
export class FleetTestTools {
  readonly #logger = new ConsoleLogger('fleet-test');

  @McpTool({ description: 'Tells which instance answers' })
  whoami(): string {
    return INSTANCE_ID;
  }

  @McpTool({ description: 'Takes its time, and says so; writes to its log when it is called off' })
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

  @McpTool({ description: 'Sends as many progress notifications as it is told, from 1 on' })
  async *count({ n }: CountArguments): AsyncGenerator<Progress | string> {
    for (let i = 1; i <= n; i++) yield progress(i, n, `${i} of ${n}`);
    yield `Counted to ${n}.`;
  }

  @McpTool({ description: 'Asks the person in front of the client', elicits: [AnswerForm] })
  async ask({ question }: AskArguments, ctx: McpContext): Promise<string> {
    const reply = await ctx.elicit(AnswerForm, question);
    return reply.action === 'accept' ? `answered: ${reply.content.answer}` : `not answered: ${reply.action}`;
  }
}

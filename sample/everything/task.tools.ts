import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { IsBoolean, IsNumber, IsOptional, IsString, Max, Min } from 'class-validator';
import { ErrorCode, McpContext, McpError, McpTool, ToolError } from 'nestjs-mcp-fleet';

class GreetArguments {
  @IsString()
  name!: string;
}
class ComputeArguments {
  @IsNumber()
  @Min(0)
  @Max(600)
  seconds!: number;

  @IsOptional()
  @IsString()
  label?: string;
}
class DeleteArguments {
  @IsString()
  filename!: string;
}
class ConfirmForm {
  @IsBoolean()
  confirm!: boolean;
}
class NameForm {
  @IsString()
  name!: string;
}
class SignatureForm {
  @IsString()
  name!: string;

  @IsBoolean()
  confirm!: boolean;
}

/** Tools that return a task, and one that never does. */
@Injectable()
export class TaskTools {
  @McpTool({ name: 'greet', description: 'Greets; too quick to be a task' })
  greet({ name }: GreetArguments): string {
    return `Hello, ${name}!`;
  }

  @McpTool({
    name: 'slow_compute',
    description: 'Computes for a number of seconds',
    task: 'optional',
    idempotent: true,
  })
  async compute({ seconds, label }: ComputeArguments, ctx: McpContext): Promise<string> {
    for (let done = 0; done < seconds; done++) {
      ctx.progress(done, seconds, `${done} of ${seconds} seconds`);
      await pause(Math.min(1, seconds - done) * 1000, undefined, { signal: ctx.signal });
    }
    return `${label ?? 'It'} took ${seconds} seconds.`;
  }

  @McpTool({ name: 'failing_job', description: 'Fails after a second, as tools do', task: 'required' })
  async fail(ctx: McpContext): Promise<never> {
    await pause(1000, undefined, { signal: ctx.signal });
    throw new ToolError('This job always fails');
  }

  @McpTool({ name: 'protocol_error_job', description: 'Fails as a request', task: 'required' })
  async breakDown(ctx: McpContext): Promise<never> {
    await pause(100, undefined, { signal: ctx.signal });
    throw new McpError(ErrorCode.InternalError, 'This job always breaks down');
  }

  @McpTool({ name: 'confirm_delete', description: 'Asks before it deletes', task: 'optional', elicits: [ConfirmForm] })
  async confirm({ filename }: DeleteArguments, ctx: McpContext): Promise<string> {
    const answer = await ctx.elicit(ConfirmForm, `Delete ${filename}?`);
    return answer.action === 'accept' && answer.content.confirm ? `Deleted ${filename}.` : `Kept ${filename}.`;
  }

  @McpTool({ name: 'multi_input', description: 'Asks two things at once', task: 'optional', elicits: [SignatureForm] })
  async askTwice(ctx: McpContext): Promise<string> {
    const { first, second } = await ctx.elicitAll({
      first: { schema: SignatureForm, message: 'Who signs first?' },
      second: { schema: SignatureForm, message: 'Who signs after that?' },
    });
    return [first, second]
      .map((answer) => (answer.action === 'accept' ? answer.content.name : answer.action))
      .join(', ');
  }

  /** Asks during the call; the task begins with the work. */
  @McpTool({
    name: 'test_tool_with_task',
    description: 'Asks for a name, then becomes a task',
    task: 'required',
    detaches: true,
    elicits: [NameForm],
  })
  async askThenWork(ctx: McpContext): Promise<string> {
    const { name } = await ctx.elicitOrThrow(NameForm, 'What is your name?', { key: 'user_name' });
    await ctx.detach();
    await pause(100, undefined, { signal: ctx.signal });
    return `Done for ${name}.`;
  }
}

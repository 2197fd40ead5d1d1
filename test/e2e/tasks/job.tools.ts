import { Injectable } from '@nestjs/common';
import { IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
import { inputRequired, McpContext, McpError, McpTool, progress, ToolError } from 'nestjs-mcp-fleet';
import { Observable } from 'rxjs';
import { Gate } from '../../fixtures/applications/gate.js';

class Key {
  @IsString() key!: string;
}
class AgeForm {
  @IsInt() @Min(1) @Max(150) age!: number;
}
class Detaching {
  @IsString() key!: string;
  @IsOptional() @IsString() next?: string;
}

/** Tools whose runs a test holds, watches and ends through the gate. */
@Injectable()
export class JobTools {
  constructor(private readonly gate: Gate) {}

  @McpTool()
  plain({ key }: Key): string {
    return `plain ${key}`;
  }

  @McpTool({ task: 'optional' })
  async gated({ key }: Key, ctx: McpContext): Promise<string> {
    ctx.signal.addEventListener('abort', () => this.gate.mark(`aborted ${key}`));
    ctx.progress(1, 2, 'on it');
    ctx.log.info('never heard of');
    await this.gate.passage(key);
    return `done ${key}`;
  }

  @McpTool({ task: 'optional' })
  streamed({ key }: Key): Observable<unknown> {
    return new Observable((subscriber) => {
      subscriber.next(progress(1, 2, 'half of it'));
      void this.gate.passage(key).then(() => {
        subscriber.next('streamed');
        subscriber.complete();
      });
      return () => this.gate.mark(`unsubscribed ${key}`);
    });
  }

  @McpTool({ task: 'required' })
  fails(): never {
    throw new ToolError('It did not work out');
  }

  @McpTool({ task: 'required' })
  breaks(): never {
    throw new McpError(4711, 'Broken', { data: { why: 'test' } });
  }

  @McpTool({ task: 'required' })
  leaks(): never {
    throw new Error('a secret');
  }

  @McpTool({ task: 'optional', elicits: [AgeForm] })
  async asks(ctx: McpContext): Promise<string> {
    const { first, second } = await ctx.elicitAll({
      first: { schema: AgeForm, message: 'First age?' },
      second: { schema: AgeForm, message: 'Second age?' },
    });
    return [first, second].map((a) => (a.action === 'accept' ? a.content.age : a.action)).join(' and ');
  }

  @McpTool({ task: 'optional' })
  requires(ctx: McpContext) {
    const who = ctx.inputResponses.who as { content?: { name?: string } } | undefined;
    if (who?.content?.name) return `Hello, ${who.content.name}, after ${(ctx.inputState as { rounds: number }).rounds}`;
    const requestedSchema = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] };
    const params = { mode: 'form', message: 'Who?', requestedSchema };
    return inputRequired({ who: { method: 'elicitation/create', params } }, { rounds: 1 });
  }

  @McpTool({ task: 'optional', idempotent: true, elicits: [AgeForm] })
  async repeatable({ key }: Key, ctx: McpContext): Promise<string> {
    const run = this.gate.count(`runs ${key}`);
    const step = await ctx.step('once', () => this.gate.count(`steps ${key}`));
    const { age } = await ctx.elicitOrThrow(AgeForm, 'Age?');
    ctx.signal.addEventListener('abort', () => this.gate.mark(`aborted ${key} ${run}`));
    await this.gate.passage(`${key} ${run}`);
    return `run ${run}, step ${step}, age ${age}, for ${String(ctx.principal?.subject)}`;
  }

  @McpTool({ task: 'optional', detaches: true, elicits: [AgeForm] })
  async detaching({ key, next }: Detaching, ctx: McpContext): Promise<string> {
    ctx.progress(1, 3, 'before');
    const { age } = await ctx.elicitOrThrow(AgeForm, 'Age first?');
    if (next === 'stay') return `stayed ${age}`;
    const detached = await ctx.detach();
    if (next === 'ask') await ctx.elicitOrThrow(AgeForm, 'Age again?');
    await this.gate.passage(key);
    return `${detached ? 'detached' : 'attached'} ${age}`;
  }
}

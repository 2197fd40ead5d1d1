import { Injectable } from '@nestjs/common';
import { IsBoolean, IsInt, IsString, Min } from 'class-validator';
import { McpContext, McpScopes, McpTool, ToolError } from 'nestjs-mcp-fleet';
import { Stock } from './stock.js';

class Order {
  @IsString() article!: string;
  @IsInt() @Min(1) pieces!: number;
}
class Confirmation {
  @IsBoolean() sure!: boolean;
}

@Injectable()
export class OrderTools {
  constructor(private readonly stock: Stock) {}

  @McpTool({ description: 'Orders pieces of an article; asks first when they are many', elicits: [Confirmation] })
  async order({ article, pieces }: Order, ctx: McpContext): Promise<string> {
    if (pieces >= 10) {
      const answer = await ctx.elicit(Confirmation, `Really ${pieces} ${article}?`);
      if (answer.action !== 'accept' || !answer.content.sure) return 'Nothing was ordered.';
    }
    ctx.progress(1, 2, 'Taking from stock');
    if (!(await this.stock.take(article, pieces))) throw new ToolError(`There are not ${pieces} ${article}.`);
    ctx.progress(2, 2, 'Packing');
    return `${pieces} ${article} are on their way.`;
  }

  @McpTool({ description: 'Counts everything; only for the staff' })
  @McpScopes('stock:count')
  inventory(): string {
    return `apples: ${this.stock.of({ article: 'apples' })}`;
  }
}

import { Injectable } from '@nestjs/common';
import { trace } from '@opentelemetry/api';
import { IsBoolean, IsIn, IsString } from 'class-validator';
import { McpContext, McpSecret, McpTool, ToolError } from 'nestjs-mcp-fleet';

const PRICES: Readonly<Record<string, number>> = { tea: 4, coffee: 5 };

class Item {
  @IsIn(Object.keys(PRICES))
  item!: string;
}

class Order extends Item {
  /** Does not stand in any span. */
  @McpSecret()
  @IsString()
  voucher!: string;
}

class Confirmation {
  @IsBoolean()
  confirmed!: boolean;
}

@Injectable()
export class ShopTools {
  readonly #tracer = trace.getTracer('shop');

  @McpTool({ description: 'What something costs' })
  price({ item }: Item): string {
    // A span of the application belongs to the span of the call, without further ado.
    return this.#tracer.startActiveSpan('look up the price', (span) => {
      try {
        return `${PRICES[item]} €`;
      } finally {
        span.end();
      }
    });
  }

  @McpTool({ description: 'Orders something, and asks before' })
  async order({ item }: Order, ctx: McpContext): Promise<string> {
    const { confirmed } = await ctx.elicitOrThrow(Confirmation, `Order ${item} for ${PRICES[item]} €?`);
    if (!confirmed) throw new ToolError('Nothing was ordered.');
    return `${item} is on its way.`;
  }
}

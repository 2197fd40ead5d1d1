import { Injectable } from '@nestjs/common';
import { IsBoolean } from 'class-validator';
import { McpContext, McpTool, ToolError } from 'nestjs-mcp-fleet';
import { Roles } from '../access/guards.js';
import { NewOrder, OrderNumber } from '../orders/order.dto.js';
import { Order } from '../orders/order.entity.js';
import { OrdersService } from '../orders/orders.service.js';

class Confirmation {
  @IsBoolean()
  confirmed!: boolean;
}

/** Tools that are more than a route. They use the services of the application, in the shop of the caller. */
@Injectable()
export class OrderTools {
  constructor(private readonly orders: OrdersService) {}

  @McpTool({ name: 'place_order', description: 'Enters an order of a customer', output: Order })
  place(order: NewOrder, ctx: McpContext): Promise<Order> {
    return this.orders.place(order, ctx.principal!.subject);
  }

  @McpTool({
    name: 'refund_order',
    description: 'Refunds an order, after the user has confirmed it',
    output: Order,
    elicits: [Confirmation],
    annotations: { destructiveHint: true },
  })
  @Roles('manager')
  async refund({ id }: OrderNumber, ctx: McpContext): Promise<Order> {
    const { total } = await this.orders.find(id);
    const { confirmed } = await ctx.elicitOrThrow(Confirmation, `Refund order ${id}, ${total} cents?`, {
      key: 'confirm',
    });
    if (!confirmed) throw new ToolError('The user did not confirm the refund.');
    return this.orders.refund(id);
  }
}

import { Body, Controller, Get, NotFoundException, Param, ParseIntPipe, Patch, Post } from '@nestjs/common';
import { McpExpose } from 'nestjs-mcp-fleet';
import { ChangeOrder, CreateOrder, Order } from './orders.dto';

/** Routes as the application had them before; `@McpExpose()` makes them tools as well. */
@McpExpose()
@Controller('orders')
export class OrdersController {
  private readonly orders = new Map<number, Order>();

  /** List all orders. */
  @Get()
  list(): Order[] {
    return [...this.orders.values()];
  }

  /** Read one order. */
  @Get(':id')
  read(@Param('id', ParseIntPipe) id: number): Order {
    const order = this.orders.get(id);
    if (!order) throw new NotFoundException(`There is no order ${id}.`);
    return order;
  }

  /** Order something. */
  @Post()
  create(@Body() wanted: CreateOrder): Order {
    const order = Object.assign(new Order(), wanted, { id: this.orders.size + 1 });
    this.orders.set(order.id, order);
    return order;
  }

  /** Change an order. */
  @Patch(':id')
  change(@Param('id', ParseIntPipe) id: number, @Body() changes: ChangeOrder): Order {
    return Object.assign(this.read(id), changes);
  }
}

import { Body, ClassSerializerInterceptor, Controller, Get, Post, Req, UseInterceptors } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { StaffMember } from '../access/staff.js';
import { NewOrder } from './order.dto.js';
import { Order } from './order.entity.js';
import { OrdersService } from './orders.service.js';

/** This controller stays as it was. The tools for orders are written by hand, because they ask the user. */
@ApiTags('orders')
@ApiBearerAuth()
@Controller('orders')
@UseInterceptors(ClassSerializerInterceptor)
export class OrdersController {
  constructor(private readonly orders: OrdersService) {}

  @Get()
  @ApiOkResponse({ type: [Order] })
  list(): Promise<Order[]> {
    return this.orders.all();
  }

  @Post()
  @ApiOkResponse({ type: Order })
  place(@Body() order: NewOrder, @Req() { user }: { user: StaffMember }): Promise<Order> {
    return this.orders.place(order, user.sub);
  }
}

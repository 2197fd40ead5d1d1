import { ConflictException, Injectable, NotFoundException } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { CustomersService } from '../customers/customers.service.js';
import { ProductsService } from '../products/products.service.js';
import { Tenant } from '../tenants/tenant.js';
import type { NewOrder } from './order.dto.js';
import { Order } from './order.entity.js';

@Injectable()
export class OrdersService {
  constructor(
    @InjectRepository(Order) private readonly orders: Repository<Order>,
    private readonly customers: CustomersService,
    private readonly products: ProductsService,
    private readonly tenant: Tenant,
  ) {}

  all(): Promise<Order[]> {
    return this.orders.findBy({ tenant: this.tenant.name });
  }

  async find(id: number): Promise<Order> {
    const found = await this.orders.findOneBy({ id, tenant: this.tenant.name });
    if (!found) throw new NotFoundException(`There is no order ${id}.`);
    return found;
  }

  async place({ customerId, productId, quantity }: NewOrder, enteredBy: string): Promise<Order> {
    await this.customers.find(customerId);
    const { price, stock, name } = await this.products.find(productId);
    if (stock < quantity) throw new ConflictException(`There are ${stock} of ${name} left.`);
    await this.products.change(productId, { stock: stock - quantity });
    const order = { customerId, productId, quantity, enteredBy, tenant: this.tenant.name };
    return this.orders.save(this.orders.create({ ...order, total: price * quantity, status: 'placed' }));
  }

  async refund(id: number): Promise<Order> {
    const order = await this.find(id);
    if (order.status === 'refunded') throw new ConflictException(`Order ${id} was refunded already.`);
    return this.orders.save(this.orders.merge(order, { status: 'refunded' }));
  }
}

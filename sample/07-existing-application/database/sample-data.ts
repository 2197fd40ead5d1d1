import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Customer } from '../customers/customer.entity.js';
import { Product } from '../products/product.entity.js';

/** Two shops with a few rows each. */
@Injectable()
export class SampleData implements OnModuleInit {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  async onModuleInit(): Promise<void> {
    await this.database.getRepository(Product).insert([
      { tenant: 'north', name: 'Lantern', price: 2500, stock: 12, purchasePrice: 1100 },
      { tenant: 'north', name: 'Blanket', price: 4000, stock: 3, purchasePrice: 1900 },
      { tenant: 'south', name: 'Parasol', price: 3500, stock: 8, purchasePrice: 1500 },
    ]);
    await this.database.getRepository(Customer).insert([
      { tenant: 'north', name: 'Grace', email: 'grace@example.com' },
      { tenant: 'south', name: 'Alan', email: 'alan@example.com' },
    ]);
  }
}

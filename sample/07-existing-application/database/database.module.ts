import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Customer } from '../customers/customer.entity.js';
import { Order } from '../orders/order.entity.js';
import { Product } from '../products/product.entity.js';
import { SampleData } from './sample-data.js';

/** SQLite in this process, so that the sample needs no database. */
@Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'sqljs', autoLoadEntities: true, synchronize: true }),
    TypeOrmModule.forFeature([Product, Customer, Order]),
  ],
  providers: [SampleData],
})
export class DatabaseModule {}

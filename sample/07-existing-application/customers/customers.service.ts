import { Injectable, NotFoundException } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { Tenant } from '../tenants/tenant.js';
import { Customer } from './customer.entity.js';

@Injectable()
export class CustomersService {
  constructor(
    @InjectRepository(Customer) private readonly customers: Repository<Customer>,
    private readonly tenant: Tenant,
  ) {}

  all(): Promise<Customer[]> {
    return this.customers.findBy({ tenant: this.tenant.name });
  }

  async find(id: number): Promise<Customer> {
    const found = await this.customers.findOneBy({ id, tenant: this.tenant.name });
    if (!found) throw new NotFoundException(`There is no customer ${id}.`);
    return found;
  }
}

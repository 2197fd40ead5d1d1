import { Injectable, NotFoundException } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { LessThanOrEqual, Like, type FindOptionsWhere, type Repository } from 'typeorm';
import { Tenant } from '../tenants/tenant.js';
import type { NewProduct, ProductChanges, ProductSearch } from './product.dto.js';
import { Product } from './product.entity.js';

@Injectable()
export class ProductsService {
  constructor(
    @InjectRepository(Product) private readonly products: Repository<Product>,
    private readonly tenant: Tenant,
  ) {}

  search({ name, maxPrice }: ProductSearch): Promise<Product[]> {
    const where: FindOptionsWhere<Product> = { tenant: this.tenant.name };
    if (name !== undefined) where.name = Like(`%${name}%`);
    if (maxPrice !== undefined) where.price = LessThanOrEqual(maxPrice);
    return this.products.findBy(where);
  }

  async find(id: number): Promise<Product> {
    const found = await this.products.findOneBy({ id, tenant: this.tenant.name });
    if (!found) throw new NotFoundException(`There is no product ${id}.`);
    return found;
  }

  create(product: NewProduct): Promise<Product> {
    return this.products.save(this.products.create({ ...product, tenant: this.tenant.name }));
  }

  async change(id: number, changes: ProductChanges): Promise<Product> {
    return this.products.save(this.products.merge(await this.find(id), changes));
  }

  async remove(id: number): Promise<void> {
    await this.products.remove(await this.find(id));
  }
}

import {
  Body,
  ClassSerializerInterceptor,
  Controller,
  Delete,
  Get,
  Param,
  ParseIntPipe,
  Patch,
  Post,
  Query,
  UseInterceptors,
} from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { McpExpose } from 'nestjs-mcp-fleet';
import { Roles } from '../access/guards.js';
import { NewProduct, ProductChanges, ProductSearch } from './product.dto.js';
import { Product } from './product.entity.js';
import { ProductsService } from './products.service.js';

/** All routes of this controller are tools as well: this decorator is the only thing that was added. */
@McpExpose()
@ApiTags('products')
@ApiBearerAuth()
@Controller('products')
@UseInterceptors(ClassSerializerInterceptor)
export class ProductsController {
  constructor(private readonly products: ProductsService) {}

  @Get()
  @ApiOperation({ summary: 'Finds products of the shop' })
  @ApiOkResponse({ type: [Product] })
  list(@Query() search: ProductSearch): Promise<Product[]> {
    return this.products.search(search);
  }

  @Get(':id')
  @ApiOperation({ summary: 'Reads one product' })
  @ApiParam({ name: 'id', description: 'Number of the product' })
  @ApiOkResponse({ type: Product })
  get(@Param('id', ParseIntPipe) id: number): Promise<Product> {
    return this.products.find(id);
  }

  @Post()
  @Roles('manager')
  @ApiOperation({ summary: 'Adds a product to the catalogue' })
  @ApiOkResponse({ type: Product })
  create(@Body() product: NewProduct): Promise<Product> {
    return this.products.create(product);
  }

  @Patch(':id')
  @Roles('manager')
  @ApiOperation({ summary: 'Changes what is given and nothing else' })
  @ApiOkResponse({ type: Product })
  change(@Param('id', ParseIntPipe) id: number, @Body() changes: ProductChanges): Promise<Product> {
    return this.products.change(id, changes);
  }

  @Delete(':id')
  @Roles('manager')
  @ApiOperation({ summary: 'Removes a product from the catalogue' })
  remove(@Param('id', ParseIntPipe) id: number): Promise<void> {
    return this.products.remove(id);
  }
}

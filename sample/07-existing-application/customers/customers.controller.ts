import { ClassSerializerInterceptor, Controller, Get, Param, ParseIntPipe, UseInterceptors } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { McpTool } from 'nestjs-mcp-fleet';
import { Customer } from './customer.entity.js';
import { CustomersService } from './customers.service.js';

@ApiTags('customers')
@ApiBearerAuth()
@Controller('customers')
@UseInterceptors(ClassSerializerInterceptor)
export class CustomersController {
  constructor(private readonly customers: CustomersService) {}

  /** The list stays a route only: assistants need not read all addresses. */
  @Get()
  @ApiOkResponse({ type: [Customer] })
  list(): Promise<Customer[]> {
    return this.customers.all();
  }

  @Get(':id')
  @McpTool({ name: 'get_customer', description: 'Reads one customer' })
  @ApiOkResponse({ type: Customer })
  get(@Param('id', ParseIntPipe) id: number): Promise<Customer> {
    return this.customers.find(id);
  }
}

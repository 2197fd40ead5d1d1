import {
  Body,
  Controller,
  createParamDecorator,
  DefaultValuePipe,
  Delete,
  type ExecutionContext,
  Get,
  Headers,
  HttpCode,
  Ip,
  NotFoundException,
  Param,
  ParseArrayPipe,
  ParseBoolPipe,
  ParseEnumPipe,
  ParseIntPipe,
  ParseUUIDPipe,
  Post,
  Put,
  Query,
  Redirect,
  Req,
  Res,
  UnauthorizedException,
  UseGuards,
  type CanActivate,
  Injectable,
} from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiProperty, ApiQuery } from '@nestjs/swagger';
import { IsInt, IsOptional, IsString, MaxLength, Min } from 'class-validator';
import { McpContext, McpCtx, McpExpose } from 'nestjs-mcp-fleet';

export enum Order {
  Newest = 'newest',
  Cheapest = 'cheapest',
}

export class CreateProduct {
  @ApiProperty({ description: 'What it is called' })
  @IsString()
  @MaxLength(20)
  name!: string;
  @IsInt() @Min(1) price!: number;
  @IsOptional() @IsString() note?: string;
}

export class Product {
  @IsInt() id!: number;
  @IsString() name!: string;
  @IsOptional() @IsString() note?: string;
}

export class Renamed {
  @IsInt() id!: number;
  @IsString() name!: string;
}

/** Refuses who does not say a name, and judges by the parameter of the path. */
@Injectable()
export class OwnerGuard implements CanActivate {
  static readonly seen: unknown[] = [];
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<any>();
    OwnerGuard.seen.push({
      type: context.getType(),
      handler: context.getHandler().name,
      type2: context.getClass().name,
      method: request.method,
      url: request.url,
      params: request.params,
    });
    if (request.headers['x-user'] === undefined) throw new UnauthorizedException('Say who you are');
    request.user = { name: request.headers['x-user'] };
    return request.params.id !== '13';
  }
}

export const User = createParamDecorator((field: string, context: ExecutionContext) => {
  return context.switchToHttp().getRequest<any>().user?.[field] as unknown;
});

const product = (id: number) => ({ id, name: `Product ${id}`, note: null, internal: true });

@McpExpose()
@Controller('products')
export class ProductsController {
  @Get()
  @ApiOperation({ summary: 'Find products', description: 'Finds products by their words.' })
  @ApiQuery({ name: 'q', description: 'Words to look for', required: false })
  find(
    @Query('q') q: string | undefined,
    @Query('page', new DefaultValuePipe(1), ParseIntPipe) page: number,
    @Query('order', new ParseEnumPipe(Order, { optional: true })) order: Order | undefined,
    @Query('sold', new DefaultValuePipe(false), ParseBoolPipe) sold: boolean,
    @Query('tags', new ParseArrayPipe({ items: String, optional: true })) tags?: string[],
  ) {
    return { q: q ?? null, page, order: order ?? null, sold, tags: tags ?? null };
  }

  @Get(':id')
  @UseGuards(OwnerGuard)
  @ApiParam({ name: 'id', description: 'The number of the product' })
  @ApiOkResponse({ type: Product })
  findOne(@Param('id', ParseIntPipe) id: number) {
    if (id === 55) throw new NotFoundException('Product 55 not found');
    return product(id);
  }

  @Post()
  @HttpCode(202)
  create(@Body() dto: CreateProduct, @Res({ passthrough: true }) response: { statusCode: number }) {
    return { dto, status: response.statusCode };
  }

  @Put(':id')
  rename(@Param('id', ParseIntPipe) id: number, @Body() body: Renamed) {
    return { path: id, body };
  }

  @Delete(':id')
  remove(@Param('id', ParseUUIDPipe) id: string): string {
    return `Removed ${id}`;
  }

  @UseGuards(OwnerGuard)
  @Get(':id/who')
  who(
    @Param('id') id: string,
    @User('name') name: string,
    @Headers('x-tenant') tenant: string,
    @Ip() ip: string,
    @Req() request: { url: string; method: string; query: unknown; headers: Record<string, unknown> },
    @McpCtx() ctx: McpContext,
  ) {
    const { url, method, query } = request;
    return { id, name, tenant, ip, url, method, query, type: request.headers['content-length'] ?? null, era: ctx.era };
  }

  @Get('old/:id')
  @Redirect('/products', 301)
  old(@Param('id') id: string) {
    return { url: `/products/${id}` };
  }

  @McpExpose(false)
  @Post('import')
  import(@Res() response: { end(): void }): void {
    response.end();
  }
}

import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { Module, Injectable } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { McpModule, McpTool, McpProperty, McpContext, McpResource } from 'nestjs-mcp-fleet';
import { IsInt } from 'class-validator';

class Sum {
  @IsInt() @McpProperty({ description: 'first' }) a!: number;
  @IsInt() b!: number;
}
@Injectable()
class Tools {
  @McpTool({ description: 'adds' })
  add({ a, b }: Sum, ctx: McpContext) {
    ctx.progress(1, 2, 'half');
    ctx.log.info('adding');
    return String(a + b);
  }
  @McpTool({ description: 'hi' })
  hi() { return 'hi'; }
  @McpResource({ uri: 'x://{id}/y' })
  r(v: Record<string, string>) { return v; }
}
@Module({ imports: [McpModule.forRoot({ name: 'q', version: '1.0.0' })], providers: [Tools] })
class AppModule {}
const app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter());
await app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1');

import { Controller, Delete, HttpCode, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { decorateClass, decorateMethod } from './decorate.mjs';
import { announce } from './serve.mjs';

/** With room for the largest arguments that are measured. */
export const fastify = () => new FastifyAdapter({ bodyLimit: 4 * 1024 * 1024 });

/** What the target asks of its server, such as `?adapter=express&mount=direct`. */
export const query = new URLSearchParams(process.argv[2]);

export const adapterOfQuery = () => (query.get('adapter') === 'express' ? new ExpressAdapter() : fastify());

export function moduleWith(metadata) {
  class AppModule {}
  decorateClass(AppModule, [Module(metadata)]);
  return AppModule;
}

/** A Nest module whose one controller serves POST /mcp with `handler`, and DELETE with nothing. */
export function moduleWithRoute(handler, parameterDecorators) {
  class McpController {
    post(...args) {
      return handler(...args);
    }
    end() {}
  }
  decorateMethod(McpController, 'post', [Post(), HttpCode(200)], parameterDecorators);
  decorateMethod(McpController, 'end', [Delete(), HttpCode(202)]);
  decorateClass(McpController, [Controller('mcp')]);
  return moduleWith({ controllers: [McpController] });
}

/** `prepare` gets the framework's own instance, and the application, before Nest adds its parsers and routes. */
export async function serveNest(module, adapter, prepare = () => {}) {
  const app = await NestFactory.create(module, adapter, { logger: false });
  prepare(app.getHttpAdapter().getInstance(), app);
  await app.listen(0, '127.0.0.1');
  announce(app.getHttpServer().address().port);
}

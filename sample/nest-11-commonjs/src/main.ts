import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { AppModule } from './app.module';

const { PORT = '3000', HOST = '127.0.0.1' } = process.env;

async function main(): Promise<void> {
  const app = await NestFactory.create(AppModule, { logger: ['warn', 'error'] });
  const document = SwaggerModule.createDocument(app, new DocumentBuilder().setTitle('Orders').build());
  SwaggerModule.setup('docs', app, document);
  // Without shutdown hooks SIGTERM would cut running requests. With them, they end first.
  app.enableShutdownHooks();
  await app.listen(PORT, HOST);
  process.stdout.write(
    `Tools at ${await app.getUrl()}/mcp, the documentation of the routes at ${await app.getUrl()}/docs\n`,
  );
}

void main();

import 'reflect-metadata';
import { ValidationPipe, VersioningType } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import helmet from 'helmet';
import { Logger } from 'nestjs-pino';
import { AppModule } from './app.module.js';

// The bootstrap of an ordinary application. Nothing in this file is about MCP, except for what it prints.
const { PORT = '3000', HOST = '127.0.0.1' } = process.env;
const app = await NestFactory.create<NestExpressApplication>(AppModule, new ExpressAdapter(), { bufferLogs: true });
app.useLogger(app.get(Logger));
app.use(helmet());
app.setGlobalPrefix('api');
app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
app.useGlobalPipes(new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true }));
app.enableShutdownHooks(undefined, { useProcessExit: true });
const description = new DocumentBuilder().setTitle('Shop').addBearerAuth().build();
SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, description));
await app.listen(PORT, HOST);

const url = (await app.getUrl()).replace('[::1]', 'localhost');
process.stdout.write(`
The shop listens on ${url}/api, its API is described on ${url}/docs, and its MCP endpoint is ${url}/api/v1/mcp

Try, in another terminal (ada and bob work for the shop "north", cleo for "south"; ada and cleo are managers):
  TOKEN=$(curl -s -d name=ada -d password=lovelace ${url}/api/v1/auth/login | sed 's/.*"token":"\\([^"]*\\)".*/\\1/')
  npx @modelcontextprotocol/inspector --cli ${url}/api/v1/mcp --transport http --header "Authorization: Bearer $TOKEN" \\
    --method tools/call --tool-name products_list
`);

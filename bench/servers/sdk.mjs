import { createServer as createHttpServer } from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { announce } from '../harness/serve.mjs';
import { createServer } from './sdk.shared.mjs';

// The SDK serves the modern era with one factory call per request.
const handler = toNodeHandler(createMcpHandler(createServer));
const server = createHttpServer(handler);
server.listen(0, '127.0.0.1', () => announce(server.address().port));

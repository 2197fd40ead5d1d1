import { createServer as createHttpServer } from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { announce } from '../harness/serve.mjs';
import { createServer } from './sdk.shared.mjs';

// One factory call per request is how the SDK serves the modern era.
const handler = toNodeHandler(createMcpHandler(createServer));
const server = createHttpServer(handler);
server.listen(0, '127.0.0.1', () => announce(server.address().port));

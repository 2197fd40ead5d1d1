import { Payload } from '@nestjs/microservices';
import { NestFactory } from '@nestjs/core';
import { McpController, McpStrategy, StreamableHttpTransport, Tool } from '@rekog/mcp-nest';
import { decorateClass, decorateMethod } from '../harness/decorate.mjs';
import { adapterOfQuery, moduleWith } from '../harness/nest.mjs';
import { announce } from '../harness/serve.mjs';
import { ADD_DESCRIPTION, add, search, searches, textContent } from '../tools.mjs';
import { AddInput, SearchInput } from '../tools.zod.mjs';

class ToolsController {
  add(args) {
    return textContent(add(args));
  }
}
for (const { name } of searches) {
  Object.defineProperty(ToolsController.prototype, name, { value: (args) => textContent(search(args)) });
}
const tool = (name, description, parameters) =>
  decorateMethod(ToolsController, name, [Tool({ name, description, parameters })], [Payload()]);
tool('add', ADD_DESCRIPTION, AddInput);
for (const { name, description } of searches) tool(name, description, SearchInput);
decorateClass(ToolsController, [McpController()]);

// Sessions, because the legacy era is measured in one; JSON responses, which cost less than its default event streams.
const strategy = new McpStrategy({
  name: 'bench',
  version: '1.0.0',
  logging: false,
  transports: [new StreamableHttpTransport({ statefulMode: true, enableJsonResponse: true })],
});
const app = await NestFactory.create(moduleWith({ controllers: [ToolsController] }), adapterOfQuery(), {
  logger: false,
});
strategy.setHttpAdapter(app.getHttpAdapter());
app.connectMicroservice({ strategy });
await app.startAllMicroservices();
await app.listen(0, '127.0.0.1');
announce(app.getHttpServer().address().port);

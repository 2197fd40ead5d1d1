/** `?mount=…&adapter=…&redis=…&prefix=…&tools=…`: this package. */
import { Injectable } from '@nestjs/common';
import { McpModule, McpTool } from 'nestjs-mcp-fleet';
import { decorateClass, decorateMethod } from '../harness/decorate.mjs';
import { adapterOfQuery, moduleWith, query, serveNest } from '../harness/nest.mjs';
import { ADD_DESCRIPTION, add, search, searchesFor, TOOL_COUNT, weigh, write } from '../tools.mjs';
import { AddInput, BytesInput, SearchInput, TextInput } from '../tools.dto.mjs';

class Tools {}

/** As the compiler emits it: the type of the parameter is the input schema. */
function tool(name, description, input, run) {
  Object.defineProperty(Tools.prototype, name, { value: (args) => run(args) });
  Reflect.defineMetadata('design:paramtypes', [input], Tools.prototype, name);
  decorateMethod(Tools, name, [McpTool({ name, description })]);
}
tool('add', ADD_DESCRIPTION, AddInput, add);
tool('weigh', 'Tells how long a text is', TextInput, weigh);
tool('write', 'Writes a text of this length', BytesInput, write);
for (const { name, description } of searchesFor((Number(query.get('tools')) || TOOL_COUNT) - 2)) {
  tool(name, description, SearchInput, search);
}
decorateClass(Tools, [Injectable()]);

const redis = query.get('redis');
await serveNest(
  moduleWith({
    imports: [
      McpModule.forRoot({
        ...{ name: 'bench', version: '1.0.0', mount: query.get('mount') ?? undefined },
        ...(redis && { redis, redisPrefix: query.get('prefix') ?? 'bench' }),
      }),
    ],
    providers: [Tools],
  }),
  adapterOfQuery(),
);

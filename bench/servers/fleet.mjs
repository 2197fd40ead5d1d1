import { Injectable } from '@nestjs/common';
import { McpModule, McpTool } from 'nestjs-mcp-fleet';
import { decorateClass, decorateMethod } from '../harness/decorate.mjs';
import { adapterOfQuery, moduleWith, query, serveNest } from '../harness/nest.mjs';
import { ADD_DESCRIPTION, add, search, searches } from '../tools.mjs';
import { AddInput, SearchInput } from '../tools.dto.mjs';

class Tools {
  add(args) {
    return add(args);
  }
}
for (const { name } of searches) Object.defineProperty(Tools.prototype, name, { value: (args) => search(args) });

/** As the compiler emits it: the type of the parameter is the input schema. */
function tool(name, description, input) {
  Reflect.defineMetadata('design:paramtypes', [input], Tools.prototype, name);
  decorateMethod(Tools, name, [McpTool({ name, description })]);
}
tool('add', ADD_DESCRIPTION, AddInput);
for (const { name, description } of searches) tool(name, description, SearchInput);
decorateClass(Tools, [Injectable()]);

await serveNest(
  moduleWith({
    imports: [McpModule.forRoot({ name: 'bench', version: '1.0.0', mount: query.get('mount') ?? undefined })],
    providers: [Tools],
  }),
  adapterOfQuery(),
);

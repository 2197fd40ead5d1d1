import type { Logger } from '@nestjs/common';
import type { Catalog } from '../../catalog/catalog.js';
import type { ToolEntry } from '../../catalog/entries.js';
import type { CallToolResult } from '../../protocol/content.js';
import type { CacheHint } from '../../protocol/definitions.js';
import { projectToolResult } from '../../protocol/down-projection.js';
import { invalidParams } from '../../protocol/errors.js';
import { isObject, type JsonObject } from '../../protocol/messages.js';
import { ResultMembers } from '../answer.js';
import type { Capabilities } from '../capabilities.js';
import type { Exchange } from '../exchange.js';
import { reportUnexpected, toolFailure } from '../failure.js';
import { McpContext } from '../mcp-context.js';
import { BOTH_ERAS, type Method } from '../method.js';
import { InvalidOutputError, toolResult } from '../results/tool-result.js';
import { cacheMembers } from './cacheable.js';
import { checkParamHeaders } from './param-header-check.js';

export const listTools = (catalog: Catalog, capabilities: Capabilities, cache: CacheHint): Method => ({
  name: 'tools/list',
  eras: BOTH_ERAS,
  available: capabilities.tools,
  run: ({ cursor }, { peer }) =>
    new ResultMembers(catalog.toolList.page(peer.revision, cursor) + cacheMembers(peer.era, cache)),
});

export const callTool = (catalog: Catalog, capabilities: Capabilities, logger: Logger): Method => ({
  name: 'tools/call',
  eras: BOTH_ERAS,
  available: capabilities.tools,
  async run({ name, arguments: given = {} }, exchange) {
    if (typeof name !== 'string') throw invalidParams('tools/call needs a string "name"');
    if (!isObject(given)) throw invalidParams('"arguments" must be an object');
    const tool = catalog.tools.get(name);
    if (!tool) throw invalidParams(`Unknown tool: ${name}`);
    checkParamHeaders(tool.paramHeaders, given, exchange.peer);
    const result = await runTool(tool, given, exchange, logger);
    return projectToolResult(result, exchange.peer.revision, tool.definition.outputSchema) as unknown as JsonObject;
  },
});

async function runTool(
  tool: ToolEntry,
  given: JsonObject,
  exchange: Exchange,
  logger: Logger,
): Promise<CallToolResult> {
  try {
    const value = await tool.invoke(new McpContext(exchange, tool.key), given);
    return await toolResult(value, tool.output);
  } catch (error) {
    if (error instanceof InvalidOutputError) reportUnexpected(error, logger, tool.declaredBy);
    return toolFailure(error);
  }
}

import { Injectable } from '@nestjs/common';
import { McpTool } from 'nestjs-mcp-fleet';

/**
 * Lists are sorted by name, and the suite calls the first tool without arguments to check the handling of headers. The
 * first tool must therefore work without arguments.
 */
@Injectable()
export class AboutTool {
  @McpTool({ description: 'Describes the purpose of this server', annotations: { readOnlyHint: true } })
  about(): string {
    return 'The fixture of the MCP conformance suite: one tool, resource or prompt for each thing that it checks.';
  }
}

import { Injectable } from '@nestjs/common';
import { McpTool } from 'nestjs-mcp-fleet';

/**
 * Listings are sorted by name, and the suite calls the first tool of the list without arguments to see how headers are
 * checked. So the first one has to work without any.
 */
@Injectable()
export class AboutTool {
  @McpTool({ description: 'Tells what this server is for', annotations: { readOnlyHint: true } })
  about(): string {
    return 'The fixture of the MCP conformance suite: one tool, resource or prompt for each thing that it checks.';
  }
}

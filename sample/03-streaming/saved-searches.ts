import { Injectable } from '@nestjs/common';
import { IsString, Matches, MaxLength } from 'class-validator';
import { McpServer, McpTool, ToolError } from 'nestjs-mcp-fleet';
import { Archive } from './archive.js';

class SavedName {
  @Matches(/^[a-z_]{1,30}$/)
  name!: string;
}

class NamedSearch extends SavedName {
  @IsString()
  @MaxLength(40)
  word!: string;
}

/** Tools that are registered and removed at run time. Clients are notified of the change and list the tools again. */
@Injectable()
export class SavedSearches {
  constructor(
    private readonly archive: Archive,
    private readonly mcp: McpServer,
  ) {}

  @McpTool({ name: 'save_search', description: 'Makes a search a tool of its own, "find_…"' })
  async save({ name, word }: NamedSearch): Promise<string> {
    const tool = `find_${name}`;
    this.mcp.removeTool(tool);
    await this.mcp.registerTool({ name: tool, description: `Finds titles about "${word}"` }, () => this.#find(word));
    return `There is a tool "${tool}" now.`;
  }

  @McpTool({ name: 'forget_search', description: 'Removes the tool of a saved search' })
  forget({ name }: SavedName): string {
    if (!this.mcp.removeTool(`find_${name}`)) throw new ToolError(`No search is saved as "${name}"`);
    return 'Forgotten.';
  }

  async #find(word: string): Promise<string[]> {
    const shelves = Array.from({ length: this.archive.shelves }, (_, i) => i + 1);
    return (await Promise.all(shelves.map((shelf) => this.archive.search(shelf, word)))).flat();
  }
}

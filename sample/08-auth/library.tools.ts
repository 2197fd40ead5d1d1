import { Injectable } from '@nestjs/common';
import { IsBoolean, IsOptional, IsString, MaxLength } from 'class-validator';
import { McpContext, McpResource, McpRoles, McpScopes, McpTool, ToolError } from 'nestjs-mcp-fleet';

class BookQuery {
  @IsString() @MaxLength(80) title!: string;
}

class Reservation extends BookQuery {
  /** Whether the book leaves the house. */
  @IsOptional() @IsBoolean() takeHome?: boolean;
}

/** Everybody who may use this server may read; the option `requiredScopes` of the module says so. */
@Injectable()
export class LibraryTools {
  readonly #books = new Set(['Emma', 'Middlemarch', 'Persuasion']);

  @McpTool({ description: 'Find a book' })
  find({ title }: BookQuery): string[] {
    return [...this.#books].filter((book) => book.toLowerCase().includes(title.toLowerCase()));
  }

  /** What it needs depends on its arguments, so it is listed for everybody, and a client can ask for more scopes. */
  @McpTool({ description: 'Reserve a book for the reading room, or to take it home' })
  reserve({ title, takeHome }: Reservation, ctx: McpContext): string {
    if (takeHome) ctx.requireScopes('books:lend');
    if (!this.#books.has(title)) throw new ToolError(`There is no book "${title}".`);
    return `${title} is reserved for ${ctx.principal!.subject}${takeHome ? ', who may take it home' : ''}.`;
  }

  /** Listed only for callers whose token has the scope. */
  @McpScopes('books:lend')
  @McpTool({ description: 'Books that were lent' })
  loans(): string[] {
    return ['Ulysses'];
  }

  /** Listed only for callers who have the role. */
  @McpRoles('librarian')
  @McpTool({ description: 'Take a book out of the library' })
  discard({ title }: BookQuery): string {
    return this.#books.delete(title) ? `${title} is gone.` : `There was no book "${title}".`;
  }

  @McpResource({ uri: 'library://me', description: 'Who you are here' })
  me(ctx: McpContext): string {
    const { subject, clientId, scopes, roles } = ctx.principal!;
    return JSON.stringify({ subject, clientId, scopes, roles });
  }
}

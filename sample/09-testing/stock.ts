import { Injectable } from '@nestjs/common';
import { IsString } from 'class-validator';
import { McpResource, McpServer } from 'nestjs-mcp-fleet';

class Article {
  @IsString() article!: string;
}

/** How many pieces of each article there are. */
@Injectable()
export class Stock {
  readonly #pieces = new Map([
    ['apples', 12],
    ['pears', 3],
  ]);

  constructor(private readonly mcp: McpServer) {}

  @McpResource({ uri: 'stock://{article}', description: 'How many pieces there are' })
  of({ article }: Article): string | undefined {
    return this.#pieces.get(article)?.toString();
  }

  async take(article: string, pieces: number): Promise<boolean> {
    const left = (this.#pieces.get(article) ?? 0) - pieces;
    if (left < 0) return false;
    this.#pieces.set(article, left);
    await this.mcp.resourceUpdated(`stock://${article}`);
    return true;
  }
}

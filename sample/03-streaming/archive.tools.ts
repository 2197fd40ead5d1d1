import { ConsoleLogger, Injectable } from '@nestjs/common';
import { IsInt, IsString, MaxLength } from 'class-validator';
import { McpContext, McpTool, type Progress, progress } from 'nestjs-mcp-fleet';
import { concat, concatMap, defer, map, type Observable, of, range, tap } from 'rxjs';
import { Archive } from './archive.js';

class Search {
  @IsString()
  @MaxLength(40)
  word!: string;
}

class Inventory {
  @IsInt()
  shelves!: number;

  @IsInt()
  titles!: number;
}

/** Tools that report progress while they run. The last emission that is not progress is the result. */
@Injectable()
export class ArchiveTools {
  readonly #logger = new ConsoleLogger('Archive');

  constructor(private readonly archive: Archive) {}

  /** An Observable: cancelling the call unsubscribes, so the next shelf is not started. */
  @McpTool({ name: 'take_inventory', description: 'Counts the titles, shelf by shelf', output: Inventory })
  inventory(): Observable<Progress | Inventory> {
    const { shelves } = this.archive;
    let titles = 0;
    const counting = range(1, shelves).pipe(
      concatMap(async (shelf) => {
        this.#logger.log(`Counting shelf ${shelf}`);
        titles += (await this.archive.search(shelf, '')).length;
        return shelf;
      }),
      map((shelf) => progress(shelf, shelves, `Counted shelf ${shelf}`)),
    );
    const result = defer(() => of({ shelves, titles }));
    return concat(counting, result).pipe(tap({ unsubscribe: () => this.#logger.log('The inventory was called off') }));
  }

  /** An async generator: cancelling the call aborts `ctx.signal`, which ends even a pending wait. */
  @McpTool({ name: 'search', description: 'Searches the titles, shelf by shelf', annotations: { readOnlyHint: true } })
  async *search({ word }: Search, ctx: McpContext): AsyncGenerator<Progress | string> {
    const found: string[] = [];
    try {
      for (let shelf = 1; shelf <= this.archive.shelves; shelf++) {
        this.#logger.log(`Searching shelf ${shelf}`);
        found.push(...(await this.archive.search(shelf, word, ctx.signal)));
        yield progress(shelf, this.archive.shelves, `${found.length} found`);
      }
      yield found.join('\n') || `Nothing about "${word}"`;
    } finally {
      if (ctx.signal.aborted) this.#logger.log('The search was called off');
    }
  }
}

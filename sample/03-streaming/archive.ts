import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';

const SHELVES: readonly (readonly string[])[] = [
  ['A field guide to kingfishers', 'Rivers of the north'],
  ['Bread', 'Bread, again'],
  ['Kingfishers in winter'],
  ['Tides and tide mills', 'Lighthouses'],
  ['The last kingfisher'],
];

/** How long it takes to search one shelf, ms. */
const SHELF_MS = Number(process.env.SHELF_MS ?? 500);

/** A stand-in for slow work: a scan, a model, another service. */
@Injectable()
export class Archive {
  readonly shelves = SHELVES.length;

  /** @param signal stops the search immediately @returns the titles of a shelf that contain the word */
  async search(shelf: number, word: string, signal?: AbortSignal): Promise<string[]> {
    await pause(SHELF_MS, undefined, { signal });
    return SHELVES[shelf - 1]!.filter((title) => title.toLowerCase().includes(word.toLowerCase()));
  }
}

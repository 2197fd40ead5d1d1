import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';

const SHELVES: readonly (readonly string[])[] = [
  ['A field guide to kingfishers', 'Rivers of the north'],
  ['Bread', 'Bread, again'],
  ['Kingfishers in winter'],
  ['Tides and tide mills', 'Lighthouses'],
  ['The last kingfisher'],
];

/** How long it takes to look through one shelf, ms. */
const SHELF_MS = Number(process.env.SHELF_MS ?? 500);

/** Stands for work that takes its time: a scan, a model, another service. */
@Injectable()
export class Archive {
  readonly shelves = SHELVES.length;

  /** @param signal stops the walk at once @returns the titles of a shelf that contain the word */
  async look(shelf: number, word: string, signal?: AbortSignal): Promise<string[]> {
    await pause(SHELF_MS, undefined, { signal });
    return SHELVES[shelf - 1]!.filter((title) => title.toLowerCase().includes(word.toLowerCase()));
  }
}

import { Injectable } from '@nestjs/common';

/** Stands for the service your application has already. */
@Injectable()
export class Stations {
  readonly #degrees = new Map([
    ['Lisbon', 24],
    ['Oslo', 9],
    ['Quito', 17],
  ]);

  cities(): string[] {
    return [...this.#degrees.keys()];
  }

  degrees(city: string): number | undefined {
    return this.#degrees.get(city);
  }

  report(city: string, degrees: number): void {
    this.#degrees.set(city, degrees);
  }
}

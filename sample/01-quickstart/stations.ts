import { Injectable } from '@nestjs/common';

/** A stand-in for a service that your application already has. */
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

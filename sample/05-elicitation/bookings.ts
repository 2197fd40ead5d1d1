import { Injectable, Logger } from '@nestjs/common';
import { randomUUID } from 'node:crypto';

/** A stand-in for a service with side effects: nothing here may happen twice for one trip. */
@Injectable()
export class Bookings {
  readonly #logger = new Logger('Bookings');

  reserve(city: string): string {
    const reference = randomUUID().slice(0, 8);
    this.#logger.warn(`reserved ${reference} for ${city}`);
    return reference;
  }
}

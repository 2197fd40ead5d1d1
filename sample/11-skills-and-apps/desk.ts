import { Injectable } from '@nestjs/common';
import { IsIn, IsInt, IsString, MaxLength, MinLength } from 'class-validator';

export class Report {
  /** What is wrong, in one sentence. */
  @IsString() @MinLength(1) @MaxLength(200) title!: string;
  @IsIn(['low', 'high']) severity!: 'low' | 'high';
}

export class IncidentId {
  @IsInt() id!: number;
}

export class Shift {
  /** Who is on call from now on. */
  @IsString() @MinLength(1) @MaxLength(80) name!: string;
}

export interface Incident extends Report {
  readonly id: number;
}

/** Who is on call, and what is broken; in memory, for this instance. */
@Injectable()
export class Desk {
  onCall = 'Ada';
  readonly #open = new Map<number, Incident>([[1, { id: 1, title: 'The mail queue is full.', severity: 'high' }]]);
  #last = 1;

  get incidents(): readonly Incident[] {
    return [...this.#open.values()];
  }

  open(report: Report): Incident {
    const incident = { ...report, id: ++this.#last };
    this.#open.set(incident.id, incident);
    return incident;
  }

  close(id: number): boolean {
    return this.#open.delete(id);
  }
}

/** `fault`: clients cannot use the server as it is meant. `warning`: some cannot, or it is not safe. `note`: to know. */
export type Grade = 'good' | 'note' | 'warning' | 'fault';

/** One thing that was found out about a server. */
export interface Finding {
  readonly grade: Grade;
  /** What was looked at, such as `metadata`. */
  readonly about: string;
  /** What was found, as sentences. */
  readonly text: string;
  /** What to do about it. */
  readonly cure?: string;
}

/** Collects the findings about one subject. */
export class Findings {
  readonly all: Finding[] = [];

  good(about: string, text: string): void {
    this.all.push({ grade: 'good', about, text });
  }

  note(about: string, text: string): void {
    this.all.push({ grade: 'note', about, text });
  }

  warning(about: string, text: string, cure: string): void {
    this.all.push({ grade: 'warning', about, text, cure });
  }

  fault(about: string, text: string, cure: string): void {
    this.all.push({ grade: 'fault', about, text, cure });
  }

  count(grade: Grade): number {
    return this.all.filter((finding) => finding.grade === grade).length;
  }
}

/**
 * A part of an answer that is the same for many: the members of a JSON object without its braces, such as
 * `"tools":[…]`. Its bytes are written as they are, where a string would be encoded again for each answer.
 */
export class PreparedJson {
  readonly bytes: Buffer;

  constructor(json: string) {
    this.bytes = Buffer.from(json);
  }

  get text(): string {
    return this.bytes.toString();
  }
}

/** A JSON text with a prepared part in the middle. */
export class PreparedText {
  constructor(
    readonly head: string,
    readonly middle: PreparedJson,
    readonly end: string,
  ) {}

  get byteLength(): number {
    return Buffer.byteLength(this.head) + this.middle.bytes.length + Buffer.byteLength(this.end);
  }

  toString(): string {
    return this.head + this.middle.text + this.end;
  }
}

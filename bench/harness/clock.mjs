/** Microseconds of the machine's monotonic clock, the same in all its processes. */
export function nowMicros() {
  const [seconds, nanos] = process.hrtime();
  return seconds * 1e6 + nanos / 1e3;
}

const DIGITS = 16;

/** The time as text of fixed length, used as the beginning of a message. */
export const stamp = () => String(Math.round(nowMicros())).padStart(DIGITS, '0');

export const STAMP_LENGTH = DIGITS;

/** What a message is known by. */
export const textOf = ({ producer, n }: { readonly producer: string; readonly n: number }): string =>
  `${producer} ${n}`;

const LONG_EVERY = 250;
/** More than a doorbell carries: only whoever reads the log gets to know it. */
const LONG = 9000;

/** As it is sent. */
export function spoken(producer: string, n: number): string {
  const text = textOf({ producer, n });
  return n % LONG_EVERY === LONG_EVERY - 1 ? text.padEnd(LONG, '.') : text;
}

/** What came in, as it is known. */
export const heard = (data: string): string => data.replace(/\.+$/, '');

/** The text that identifies a message. */
export const textOf = ({ producer, n }: { readonly producer: string; readonly n: number }): string =>
  `${producer} ${n}`;

const LONG_EVERY = 250;
/** Exceeds the payload of a stream signal, so that only a read of the log delivers the message. */
const LONG = 9000;

/** The text as it is sent: some messages are padded. */
export function padded(producer: string, n: number): string {
  const text = textOf({ producer, n });
  return n % LONG_EVERY === LONG_EVERY - 1 ? text.padEnd(LONG, '.') : text;
}

/** The identifying text of a received message. */
export const unpadded = (data: string): string => data.replace(/\.+$/, '');

/** Chunks of a body that may have any size. */
const FREE_CHUNKS = 2048;
/** The least average size of the chunks of a body that has more of them, bytes. */
const LEAST_AVERAGE_BYTES = 32;

/**
 * Whether the chunks of a body are too small. Each one costs about as much time as some hundred bytes: a body of 4 MiB
 * in chunks of one byte would keep this process busy for many seconds.
 */
export const areTooSmall = (chunks: number, bytes: number): boolean =>
  chunks > FREE_CHUNKS && bytes < chunks * LEAST_AVERAGE_BYTES;

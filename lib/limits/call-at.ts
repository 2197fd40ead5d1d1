/** The longest time that a timer of Node takes, ms. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Calls a function at a moment, once. The timer does not keep the process alive.
 *
 * @param moment ms since the epoch; `undefined` for never
 * @returns a function that prevents it
 */
export function callAt(moment: number | undefined, call: () => void): () => void {
  if (moment === undefined || moment === Infinity) return nothing;
  let timer: NodeJS.Timeout;
  const wait = (): void => {
    const leftMs = moment - Date.now();
    if (leftMs > 0) timer = setTimeout(wait, Math.min(leftMs, LONGEST_MS)).unref();
    else call();
  };
  timer = setTimeout(wait, Math.min(Math.max(0, moment - Date.now()), LONGEST_MS)).unref();
  return () => clearTimeout(timer);
}

const nothing = (): void => {};

/** Milliseconds since 1970. */
export type Clock = () => number;

/** Never steps: the machine's clock set one hour ahead must not expire every session (P11). */
export const steadyClock: Clock = () => Math.floor(performance.timeOrigin + performance.now());

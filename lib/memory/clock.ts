/** Milliseconds since 1970. */
export type Clock = () => number;

/** A clock that never jumps. Setting the system clock one hour ahead must not expire every session (P11). */
export const steadyClock: Clock = () => Math.floor(performance.timeOrigin + performance.now());

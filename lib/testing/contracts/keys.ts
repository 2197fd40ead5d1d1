/** Principals that are not `alice`, for whom what she has does not exist. */
export const FOREIGN_PRINCIPALS: readonly string[] = ['mallory', '', 'alic', 'alice ', 'Alice'];

/** Principals and ids that are equal once they are written one behind the other. */
export const COLLIDING_KEYS: readonly (readonly [principal: string, id: string])[] = [
  ['a', 'b:c'],
  ['a:b', 'c'],
  ['1', '1'],
  ['11', ''],
  ['{a}', 'b'],
  ['a}', '{b'],
];

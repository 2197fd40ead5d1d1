const WORD = /^[A-Za-z_$][\w$]*$/;

/**
 * Appends a key to a path: `items` and `0` give `items[0]`, which with `name` gives `items[0].name`. Other keys are
 * quoted.
 */
export const pathTo = (base: string, key: PropertyKey): string => {
  if (typeof key === 'number') return `${base}[${key}]`;
  const name = String(key);
  if (!WORD.test(name)) return `${base}[${JSON.stringify(name)}]`;
  return base === '' ? name : `${base}.${name}`;
};

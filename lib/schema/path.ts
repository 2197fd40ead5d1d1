const WORD = /^[A-Za-z_$][\w$]*$/;

/** One step deeper: `items` + 0 = `items[0]`, + `name` = `items[0].name`; other keys are quoted. */
export const pathTo = (base: string, key: PropertyKey): string => {
  if (typeof key === 'number') return `${base}[${key}]`;
  const name = String(key);
  if (!WORD.test(name)) return `${base}[${JSON.stringify(name)}]`;
  return base === '' ? name : `${base}.${name}`;
};

/**
 * Orders two entry ids of one stream (`<milliseconds>-<n>`), like any comparator. The ids are compared as text, because
 * sixteen digits do not fit into a number. They have no leading zeros, so the longer one is the greater.
 */
export function compareEntryIds(a: string, b: string): number {
  if (a === b) return 0;
  const dashA = a.indexOf('-');
  const dashB = b.indexOf('-');
  return compareDigits(a.slice(0, dashA), b.slice(0, dashB)) || compareDigits(a.slice(dashA + 1), b.slice(dashB + 1));
}

function compareDigits(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

const PAGE = 500;

/** Checks that every entry links to the one before it, and has the right number of preceding bytes. */
export async function problemsOfLog(redis, key) {
  const problems = [];
  let previous;
  for (let from = '-'; ;) {
    const page = await redis.xrange(key, from, '+', 'COUNT', PAGE);
    for (const [id, fields] of page) {
      const entry = readEntry(fields);
      if (!entry) problems.push(`an unreadable entry: ${id} in ${key}`);
      else if (previous && entry.previous !== previous.id) problems.push(`a broken link: ${id} in ${key}`);
      else if (previous && entry.offset !== previous.end) problems.push(`a wrong count of bytes: ${id} in ${key}`);
      previous = entry && { id, end: entry.offset + entry.bytes };
    }
    if (page.length < PAGE) return problems;
    from = `(${page.at(-1)[0]}`;
  }
}

/** Parses the fields of an entry, in the order in which the append script writes them. */
function readEntry([p, previous, t, kind, d, data, o, offset]) {
  if (p !== 'p' || t !== 't' || d !== 'd' || o !== 'o' || !/^1f?$/.test(kind)) return undefined;
  return { previous, offset: Number(offset), bytes: Buffer.byteLength(data) };
}

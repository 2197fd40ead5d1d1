const PAGE = 500;

/** Whether every entry links to the one before it, and says how many bytes there were before it. */
export async function problemsOfLog(redis, key) {
  const problems = [];
  let before;
  for (let from = '-'; ;) {
    const page = await redis.xrange(key, from, '+', 'COUNT', PAGE);
    for (const [id, fields] of page) {
      const entry = readEntry(fields);
      if (!entry) problems.push(`an unreadable entry: ${id} in ${key}`);
      else if (before && entry.previous !== before.id) problems.push(`a broken link: ${id} in ${key}`);
      else if (before && entry.offset !== before.end) problems.push(`a wrong count of bytes: ${id} in ${key}`);
      before = entry && { id, end: entry.offset + entry.bytes };
    }
    if (page.length < PAGE) return problems;
    from = `(${page.at(-1)[0]}`;
  }
}

/** Fields in the order in which `append` writes them. */
function readEntry([p, previous, t, kind, d, data, o, offset]) {
  if (p !== 'p' || t !== 't' || d !== 'd' || o !== 'o' || !/^1f?$/.test(kind)) return undefined;
  return { previous, offset: Number(offset), bytes: Buffer.byteLength(data) };
}

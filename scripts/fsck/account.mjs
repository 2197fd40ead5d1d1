const PAGE = 500;

/**
 * Checks that the parts of the account agree with each other, and compares it with what is stored.
 *
 * @returns problems, and for each server the bytes of the account and those that were found
 */
export async function checkAccounts(redis, names) {
  const stored = {};
  const problems = [];
  for (const { server } of names.filter(({ kind, part }) => kind === 'account' && part === 'a')) {
    const [amounts, expiry, clients] = ['a', 'x', 'c'].map((part) => `${server}:{stored}:${part}`);
    const reads = redis.multi().hgetall(amounts).zrange(expiry, 0, -1).zrange(clients, 0, -1, 'WITHSCORES');
    const [fields, items, shares] = (await reads.exec()).map(([, reply]) => reply);
    const { '': total = '0', ...rest } = fields;
    problems.push(...problemsOfAccount(amounts, Number(total), rest, items, shares));
    const found = await bytesOf(
      redis,
      names.filter((name) => name.server === server),
    );
    stored[server] = { account: Number(total), found };
  }
  return { problems, stored };
}

function problemsOfAccount(key, total, amounts, items, shares) {
  const problems = [];
  const sums = new Map();
  let sum = 0;
  for (const [item, text] of Object.entries(amounts)) {
    const [, bytes, client] = /^(\d+) \d+ (.*)$/s.exec(text) ?? [];
    if (bytes === undefined) problems.push(`an unreadable amount: ${item} in ${key}`);
    sum += Number(bytes ?? 0);
    sums.set(client, (sums.get(client) ?? 0) + Number(bytes ?? 0));
  }
  const known = new Set(items);
  for (const item of Object.keys(amounts)) if (!known.has(item)) problems.push(`an amount that never expires: ${item}`);
  if (sum !== total) problems.push(`a wrong sum of all amounts: ${key}`);
  for (let i = 0; i < shares.length; i += 2) {
    if (sums.get(shares[i]) !== Number(shares[i + 1])) problems.push(`a wrong sum of the amounts of a client: ${key}`);
    sums.delete(shares[i]);
  }
  if ([...sums.values()].some((bytes) => bytes > 0)) problems.push(`a client without a sum of its amounts: ${key}`);
  return problems;
}

/** The bytes of what the account counts, without what each thing costs beside its texts. */
async function bytesOf(redis, names) {
  let bytes = 0;
  for (const { kind, key } of names) {
    if (kind === 'session') bytes += sizeOf([await redis.hget(key, 'r')]);
    else if (kind === 'subscriptions') bytes += sizeOf(await redis.smembers(key));
    else if (kind === 'result') bytes += sizeOf([await redis.get(key)]);
    else if (kind === 'task') bytes += sizeOf(Object.entries(await redis.hgetall(key)).flat());
    else if (kind === 'log') bytes += await bytesOfLog(redis, key);
  }
  return bytes;
}

async function bytesOfLog(redis, key) {
  let bytes = 0;
  for (let from = '-'; ;) {
    const page = await redis.xrange(key, from, '+', 'COUNT', PAGE);
    for (const [, fields] of page) bytes += sizeOf([fields[5]]);
    if (page.length < PAGE) return bytes;
    from = `(${page.at(-1)[0]}`;
  }
}

const sizeOf = (texts) => texts.reduce((sum, text) => sum + Buffer.byteLength(text ?? ''), 0);

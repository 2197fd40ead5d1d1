import { read } from '../../unit/docs/documents.js';

const words = /^ACL (SETUSER mcp [\s\S]*?)^```/m.exec(read('docs/redis.md'))![1]!.trim().split(/\s+/);

/** The very `ACL SETUSER` that docs/redis.md tells operators to use. */
export const documentedRule = { words, password: words.find((word) => word.startsWith('>'))!.slice(1) };

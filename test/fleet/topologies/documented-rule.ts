import { read } from '../../unit/docs/documents.js';

const words = /^ACL (SETUSER mcp [\s\S]*?)^```/m.exec(read('docs/redis.md'))![1]!.trim().split(/\s+/);

/** The exact `ACL SETUSER` rule of docs/redis.md. */
export const documentedRule = { words, password: words.find((word) => word.startsWith('>'))!.slice(1) };

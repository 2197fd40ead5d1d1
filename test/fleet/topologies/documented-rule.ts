import { read } from '../../unit/docs/documents.js';

const document = read('docs/redis.md');
const words = /^ACL (SETUSER mcp [\s\S]*?)^```/m.exec(document)![1]!.trim().split(/\s+/);
/** What each node of a cluster has to allow as well. */
const onCluster = [.../Each node of a cluster needs ([^.]*) as well/.exec(document)![1]!.matchAll(/`([^`]+)`/g)].map(
  ([, word]) => word!,
);

/** The exact `ACL SETUSER` rule of docs/redis.md. */
export const documentedRule = { words, onCluster, password: words.find((word) => word.startsWith('>'))!.slice(1) };

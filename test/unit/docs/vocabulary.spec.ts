import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { read, ROOT } from './documents.js';

/**
 * Words of a private dialect that this project once had, each with the word of the glossary in CONTRIBUTING.md. Most are
 * whole words; names in camel case are listed by themselves.
 */
const RETIRED: readonly (readonly [pattern: string, instead: string])[] = [
  ['doorbells?', 'stream signal'],
  ['rung', 'signalled'],
  ['kept streams?', 'the resumable stream of a POST'],
  ['KeptStream', 'PostStreamWriter'],
  ['standing streams?', 'standalone stream'],
  ['StandingStreams?', 'GetHandler'],
  ['lanes?', 'queue'],
  ['AppendLanes|inLanes', 'AppendQueue, forEachConcurrent'],
  ['undertak(?:es?|en|ing)|undertook', 'assign requests'],
  ['owe[sd]?|debts?', 'outstanding requests'],
  ['parked|parking', 'held'],
  ['ladders?', 'decision table'],
  ['signs? of life', 'heartbeat'],
  ['SignOfLife', 'InstanceHeartbeat'],
  ['look again|lookAgain', 'poll, check again'],
  ['verdicts?', 'cancellation error, result'],
  ['cutOff', 'cancelledResponse'],
  ['farewells?', 'reconnect hint'],
  ['last words', 'grace period'],
  ['adopts?|adopted', 'take over'],
  ['cares? for', 'reclaim'],
  ['strayed|strays', 'unexpected message'],
  ['hears? out|hearOut', 'drain idle connections'],
  ['siblings', 'server names'],
  ['LiveSessions', 'SessionRegistry'],
  ['TaskMemo', 'TaskCheckpoint'],
  ['memos?', 'checkpoint'],
  ['Tail', 'StreamPage'],
  ['BackendAwayError', 'BackendUnavailableError'],
  ['(?:is|are|was|were) away', 'is unavailable'],
  ['one that is none', 'an invalid one'],
  ['is no URL', 'is not a valid URL'],
];

const HERE = 'test/unit/docs/vocabulary.spec.ts';

const files = ['lib', 'docs', 'test', 'sample']
  .flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`),
  )
  .filter((file) => /\.(ts|mts|mjs|lua|md)$/.test(file) && file !== HERE)
  .concat('README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md')
  .map((file) => ({ file, text: read(file) }));

describe('the vocabulary', () => {
  it.each(RETIRED)('nothing says "%s" any more, but "%s"', (pattern) => {
    // Names in camel case are parts of longer words; plain words are not.
    const isName = /[a-z][A-Z]/.test(pattern);
    const word = isName ? new RegExp(pattern) : new RegExp(`(?<![\\w-])(?:${pattern})(?![\\w])`, 'i');
    const found = files.flatMap(({ file, text }) =>
      text.split('\n').flatMap((line, index) => (word.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
    );
    expect(found).toEqual([]);
  });
});

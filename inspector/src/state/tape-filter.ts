import type { CallRecord } from '../../../lib/inspector/wire/call.js';

export interface TapeFilter {
  matches(call: CallRecord): boolean;
  /** What of the text was not understood, as a sentence. */
  readonly problem?: string;
}

type Test = (call: CallRecord) => boolean;
type NameOf = (instance: string) => string;

/** What a word before a colon looks at. */
const TEXTS: Readonly<Record<string, (call: CallRecord, nameOf: NameOf) => string | undefined>> = {
  method: ({ method }) => method,
  tool: ({ name }) => name,
  name: ({ name }) => name,
  status: ({ outcome }) => outcome,
  reason: ({ reason }) => reason,
  principal: ({ caller }) => caller.subject ?? caller.principal,
  client: ({ caller }) => caller.client,
  session: ({ caller }) => caller.session,
  instance: ({ instance }, nameOf) => `${nameOf(instance)} ${instance}`,
  era: ({ era }) => era,
  via: ({ via }) => via,
  trace: ({ traceId }) => traceId,
};

export const FILTER_HELP = `Words, or ${Object.keys(TEXTS).join(':, ')}: and duration:>100. A minus before it means: not.`;

const UNITS: Readonly<Record<string, number>> = { '': 1, ms: 1, s: 1000 };

/**
 * Reads a filter such as `tool:forecast -status:ok duration:>100`: every word has to fit. A word without a colon is
 * looked for everywhere; quotes keep spaces together.
 *
 * @param nameOf what people call an instance
 */
export function parseFilter(text: string, nameOf: NameOf): TapeFilter {
  const tests: Test[] = [];
  for (const [, minus, word = ''] of text.matchAll(/(-?)((?:[^\s"]|"[^"]*"?)+)/g)) {
    const test = testOf(word.replaceAll('"', ''), nameOf);
    if (typeof test === 'string') return { matches: () => true, problem: test };
    tests.push(minus === '' ? test : (call) => !test(call));
  }
  return { matches: (call) => tests.every((test) => test(call)) };
}

/** @returns what is wrong with a word that is not understood */
function testOf(word: string, nameOf: NameOf): Test | string {
  const colon = word.indexOf(':');
  const key = word.slice(0, Math.max(colon, 0)).toLowerCase();
  const value = word.slice(colon + 1).toLowerCase();
  if (colon === -1) return (call) => Object.values(TEXTS).some((read) => contains(read(call, nameOf), value));
  if (key === 'duration') return durationTest(value);
  const read = TEXTS[key];
  if (!read || !Object.hasOwn(TEXTS, key)) return `"${key}:" is not known. ${FILTER_HELP}`;
  return (call) => contains(read(call, nameOf), value);
}

const contains = (text: string | undefined, part: string): boolean => text?.toLowerCase().includes(part) ?? false;

function durationTest(value: string): Test | string {
  const [, sign, number, unit = ''] = /^([<>])=?(\d+(?:\.\d+)?)(ms|s|)$/.exec(value) ?? [];
  if (number === undefined) return `"duration:${value}" is not known: write duration:>100 or duration:<2s.`;
  const limit = Number(number) * UNITS[unit]!;
  return sign === '>' ? ({ milliseconds }) => milliseconds > limit : ({ milliseconds }) => milliseconds < limit;
}

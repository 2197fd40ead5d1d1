import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeStreamSignal,
  type StreamSignal,
  SIGNAL_PAYLOAD_LIMIT,
  encodeStreamSignal,
} from '../../../lib/stream/stream-signal.js';

const id = fc.tuple(fc.nat(), fc.nat()).map(([ms, n]) => `${ms}-${n}`);
const stream = fc.stringMatching(/^[a-z][a-z0-9]{0,15}$/);
const signal: fc.Arbitrary<StreamSignal> = fc.oneof(
  fc.record({
    kind: fc.constant('entry' as const),
    stream,
    id,
    previous: id,
    final: fc.boolean(),
    data: fc.option(fc.json(), { nil: undefined }),
  }),
  fc.record({ kind: fc.constant('claimed' as const), stream, fence: fc.nat() }),
  fc.constant({ kind: 'ended' as const }),
);

describe('stream signals', () => {
  it('a stream signal is decoded as it was encoded', () => {
    fc.assert(
      fc.property(signal, (original) => {
        expect(decodeStreamSignal(encodeStreamSignal(original))).toEqual(original);
      }),
    );
  });

  it('a stream signal omits data that exceeds the payload limit', () => {
    const roundTrip = (length: number) =>
      decodeStreamSignal(
        encodeStreamSignal({
          kind: 'entry',
          stream: 'g',
          id: '1-0',
          previous: '0-0',
          final: false,
          data: 'x'.repeat(length),
        }),
      );
    expect(roundTrip(SIGNAL_PAYLOAD_LIMIT)).toHaveProperty('data', 'x'.repeat(SIGNAL_PAYLOAD_LIMIT));
    expect(roundTrip(SIGNAL_PAYLOAD_LIMIT + 1)).toHaveProperty('data', undefined);
  });

  it.each([
    '',
    ' ',
    'x ',
    'z g 1',
    'e',
    'e g',
    'e g 1-0',
    'e g 1-0 0-0',
    'e g 1-0 0-0 2',
    'e g 1-0 0-0 0x',
    'e g 1 0-0 0 {}',
    'e g 1-0 - 0 {}',
    'e g 1-0\n 0-0 0 {}',
    'e g 1-0\r\ndata:x 0-0 0 {}',
    'c g',
    'c g x',
    'c g 1.5',
    'c g 99999999999999999999',
  ])('decodeStreamSignal() does not accept %j', (line) => {
    expect(decodeStreamSignal(line)).toBeUndefined();
  });

  it('decodeStreamSignal() never throws for any bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (line) => void decodeStreamSignal(line)),
      { numRuns: 10_000 },
    );
  });
});

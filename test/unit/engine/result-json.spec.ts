import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resultJson } from '../../../lib/engine/results/result-json.js';

const block = fc.oneof(
  fc.record({ type: fc.constantFrom('text', 'image'), text: fc.oneof(fc.string(), fc.string({ unit: 'binary' })) }),
  fc.record({ type: fc.constant('text'), text: fc.anything() }),
  fc.record({ type: fc.constant('text'), text: fc.string(), annotations: fc.object() }, { requiredKeys: ['type'] }),
);
const result = fc.record(
  { content: fc.oneof(fc.array(block, { maxLength: 2 }), fc.anything()), isError: fc.boolean(), _meta: fc.object() },
  { requiredKeys: [] },
);

describe('the JSON of a result', () => {
  it('means the same as that of the serializer', () => {
    fc.assert(
      fc.property(result, (given) => {
        let expected: string;
        try {
          expected = JSON.stringify(given);
        } catch {
          return expect(() => resultJson(given)).toThrow();
        }
        expect(JSON.parse(resultJson(given))).toEqual(JSON.parse(expected));
      }),
      { numRuns: 2000 },
    );
  });

  it('a class writes itself', () => {
    class Secret {
      readonly type = 'text';
      readonly text = 'secret';
      toJSON() {
        return { type: 'text', text: '***' };
      }
    }
    expect(resultJson({ content: [new Secret() as never] })).toBe('{"content":[{"type":"text","text":"***"}]}');
  });
});

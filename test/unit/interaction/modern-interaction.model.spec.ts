import fc from 'fast-check';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Interaction, Question } from '../../../lib/interaction/interaction.js';
import { KeyRing } from '../../../lib/interaction/key-ring.js';
import { FirstRound } from '../../../lib/interaction/first-round.js';
import { ModernInteraction } from '../../../lib/interaction/modern-interaction.js';
import { RequestStates } from '../../../lib/interaction/request-state.js';

/** A method: its stages run one after the other, the parts of a stage concurrently. */
type Part =
  | { readonly kind: 'ask'; readonly keyed: boolean; readonly late: boolean }
  | { readonly kind: 'step' | 'ask and step' };
type Program = readonly (readonly Part[])[];

const part: fc.Arbitrary<Part> = fc.oneof(
  fc.record({ kind: fc.constant('ask' as const), keyed: fc.boolean(), late: fc.boolean() }),
  fc.record({ kind: fc.constantFrom('step' as const, 'ask and step' as const) }),
);
const program: fc.Arbitrary<Program> = fc.array(fc.array(part, { minLength: 1, maxLength: 3 }), { maxLength: 4 });

const states = new RequestStates(new KeyRing(), 60_000, undefined);
const binding = { server: 's', principal: 'p', method: 'tools/call', name: 'n', arguments: {} };
const client = { clientCapabilities: { elicitation: {} }, revision: '2026-07-28' } as const;
const limits = { states, maxRounds: 1000, diverged: () => expect.unreachable('nothing differs between the rounds') };

const question = (message: string): Question => ({
  request: { method: 'elicitation/create', params: { mode: 'form', message } },
  // An answer belongs to this question only if it begins with its message.
  accept: (answer) =>
    typeof answer === 'string' && answer.startsWith(message)
      ? { ok: true, value: answer }
      : { ok: false, reason: 'wrong' },
});

/** Runs the method in one round. @returns the result of each part */
async function method(stages: Program, interaction: Interaction, steps: Map<string, number>): Promise<string[]> {
  const results: string[] = [];
  for (const [i, stage] of stages.entries()) {
    const parts = stage.map(async (each, j) => {
      const name = `${i}.${j}`;
      const step = () =>
        interaction.step(name, async () => {
          steps.set(name, (steps.get(name) ?? 0) + 1);
          await turn();
          return `step ${name}`;
        });
      if (each.kind === 'step') return step();
      // Compiling a form takes more than one turn of the event loop.
      const createQuestion = async () => {
        if (each.kind !== 'ask' || each.late) for (let n = 0; n < 3; n++) await turn();
        return question(name);
      };
      if (each.kind === 'ask') return interaction.ask(each.keyed ? `key ${name}` : undefined, createQuestion);
      await interaction.ask(undefined, createQuestion);
      return step();
    });
    results.push(...((await Promise.all(parts)) as string[]));
  }
  return results;
}

const expected = (stages: Program): string[] =>
  stages.flatMap((stage, i) => stage.map(({ kind }, j) => (kind === 'ask' ? `${i}.${j}!` : `step ${i}.${j}`)));

type Asked = Record<string, { params: { message: string } }>;

describe('ModernInteraction', () => {
  it('a method that is re-run gets each answer at its question and runs each step once for any order of answers', async () => {
    await fc.assert(
      fc.asyncProperty(program, fc.infiniteStream(fc.nat({ max: 3 })), async (stages, choices) => {
        const steps = new Map<string, number>();
        let params: Record<string, unknown> = {};
        for (let rounds = 0; ; rounds++) {
          expect(rounds).toBeLessThan(200);
          const interaction =
            rounds === 0
              ? new FirstRound(() => ModernInteraction.first(limits, binding, client))
              : await ModernInteraction.resume(limits, binding, client, params);
          const outcome = await interaction.run(() => method(stages, interaction, steps));
          if ('value' in outcome) {
            expect(outcome.value).toEqual(expected(stages));
            break;
          }
          const { inputRequests, requestState } = outcome.inputRequired as {
            inputRequests: Asked;
            requestState: string;
          };
          const messages = Object.values(inputRequests).map((request) => request.params.message);
          // Questions keep the order of the method, and a later stage asks only after the earlier one is complete.
          expect(messages).toEqual(messages.toSorted());
          expect(new Set(messages.map((message) => message.split('.')[0])).size).toBe(1);
          const inputResponses: Record<string, unknown> = { nonsense: 1 };
          for (const [key, request] of Object.entries(inputRequests)) {
            const choice = choices.next().value;
            if (choice === 1) inputResponses[key] = 'an answer to something else';
            if (choice > 1) inputResponses[key] = `${request.params.message}!`;
          }
          params = { inputResponses, requestState };
        }
        const wanted = stages.flatMap((stage, i) =>
          stage.flatMap(({ kind }, j) => (kind === 'ask' ? [] : [[`${i}.${j}`, 1]])),
        );
        expect([...steps].toSorted()).toEqual(wanted.toSorted());
      }),
      { numRuns: 150 },
    );
  });
});

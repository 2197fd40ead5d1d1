import { relative } from 'node:path';
import { ROOT } from '../steps/root.mjs';
import { FAILURES, PROMISES } from './texts.mjs';

const IDS = [...Object.keys(PROMISES), ...Object.keys(FAILURES)];

/**
 * The tests and figures of each promise and failure in one run. A test belongs to the ids in its title.
 *
 * @param report the parsed JSON report of vitest
 * @param lines JSON lines with one figure each, as `test/fixtures/measurements/figures.ts` writes them
 * @throws when one of those tests failed
 */
export function itemsOf({ testResults }, lines) {
  const figures = lines
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  const tests = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ fullName, status }) => ({ file: relative(ROOT, name), title: fullName, status })),
  );
  const entries = IDS.map((id) => {
    const word = new RegExp(`\\b${id}\\b`);
    const proofs = tests.filter(({ title }) => word.test(title));
    const failed = proofs.find(({ status }) => status === 'failed');
    if (failed) throw new Error(`Nothing was written because a test failed: ${failed.title}`);
    const passed = proofs.filter(({ status }) => status === 'passed').map(({ file, title }) => ({ file, title }));
    const own = figures.filter((figure) => figure.id === id).map(({ name, value, unit }) => ({ name, value, unit }));
    return [id, { figures: own, tests: passed }];
  });
  return Object.fromEntries(entries);
}

/**
 * Merges a run of some files into the previous run.
 *
 * @param files the files whose tests and figures are replaced
 */
export function merge(before, again, files) {
  const entries = IDS.map((id) => {
    const [old, fresh] = [before[id], again[id]];
    const names = new Set(fresh.figures.map(({ name }) => name));
    return [
      id,
      {
        figures: [...old.figures.filter(({ name }) => !names.has(name)), ...fresh.figures],
        tests: [...old.tests.filter(({ file }) => !files.includes(file)), ...fresh.tests],
      },
    ];
  });
  return Object.fromEntries(entries);
}

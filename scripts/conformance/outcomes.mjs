import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Maps each scenario to its checks, from folders named `server-<scenario>-<time>`. */
function readResults(folder) {
  const results = new Map();
  for (const name of readdirSync(folder)) {
    const file = join(folder, name, 'checks.json');
    const scenario = /^server-(.+)-\d{4}-\d\d-\d\dT[\dZ-]+$/.exec(name)?.[1];
    if (scenario && existsSync(file)) results.set(scenario, JSON.parse(readFileSync(file, 'utf8')));
  }
  return results;
}

/**
 * Reads the results of a run strictly: a warning is a failure, scenarios that are not scored count as well, a scenario
 * without a result has failed, and a scenario that no longer fails must be removed from the expected failures.
 *
 * @param expected `{ reason, checks }` by scenario; without `checks` at least one check must fail, whichever it is
 * @returns `{ outcome, text }` by scenario; `skipped` means that it checked nothing
 */
export function outcomesOf(folder, { scored, others }, expected = {}) {
  const results = readResults(folder);
  const outcomes = new Map();
  for (const scenario of [...scored, ...others])
    outcomes.set(scenario, outcomeOf(results.get(scenario), expected[scenario]));
  for (const scenario of Object.keys(expected)) {
    if (!outcomes.has(scenario)) outcomes.set(scenario, failed('is listed as an expected failure but does not exist'));
  }
  return outcomes;
}

const failed = (text) => ({ outcome: 'failed', text });

function outcomeOf(checks, expected) {
  if (!checks || checks.length === 0) return failed('left no result');
  const bad = checks.filter(({ status }) => status === 'FAILURE' || status === 'WARNING');
  const allowed = new Set(expected?.checks ?? bad.map(({ id }) => id));
  const unexpected = expected ? bad.filter(({ id }) => !allowed.has(id)) : bad;
  if (unexpected.length > 0) {
    return failed(unexpected.map(({ status, id, errorMessage }) => `${status} ${id}: ${errorMessage}`).join('\n'));
  }
  if (!expected) return { outcome: checks.some(({ status }) => status === 'SUCCESS') ? 'passed' : 'skipped', text: '' };
  const seen = new Set(bad.map(({ id }) => id));
  const gone = expected.checks?.filter((id) => !seen.has(id)) ?? [];
  if (bad.length === 0 || gone.length > 0) {
    return failed(`passes now: remove ${gone.join(', ') || 'it'} from the expected failures`);
  }
  return { outcome: 'expected', text: expected.reason };
}

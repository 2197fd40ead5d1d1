import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** `server-<scenario>-<time>` → its checks. */
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
 * Reads the results of a run strictly: warnings count like failures, scenarios that are not scored count like those that
 * are, one without a result has failed, and an expected failure that is gone has to leave the list.
 *
 * @param expected by scenario `{ reason, checks }`; without `checks` any of its checks may fail, but not none
 * @returns by scenario `{ outcome, text }`; `skipped` is one that checked nothing
 */
export function judge(folder, { scored, others }, expected = {}) {
  const results = readResults(folder);
  const verdicts = new Map();
  for (const scenario of [...scored, ...others])
    verdicts.set(scenario, verdictOn(results.get(scenario), expected[scenario]));
  for (const scenario of Object.keys(expected)) {
    if (!verdicts.has(scenario))
      verdicts.set(scenario, failed('is on the list of expected failures, but does not exist'));
  }
  return verdicts;
}

const failed = (text) => ({ outcome: 'failed', text });

function verdictOn(checks, expected) {
  if (!checks || checks.length === 0) return failed('left no result');
  const bad = checks.filter(({ status }) => status === 'FAILURE' || status === 'WARNING');
  const allowed = new Set(expected?.checks ?? bad.map(({ id }) => id));
  const surprises = expected ? bad.filter(({ id }) => !allowed.has(id)) : bad;
  if (surprises.length > 0) {
    return failed(surprises.map(({ status, id, errorMessage }) => `${status} ${id}: ${errorMessage}`).join('\n'));
  }
  if (!expected) return { outcome: checks.some(({ status }) => status === 'SUCCESS') ? 'passed' : 'skipped', text: '' };
  const seen = new Set(bad.map(({ id }) => id));
  const gone = expected.checks?.filter((id) => !seen.has(id)) ?? [];
  if (bad.length === 0 || gone.length > 0) {
    return failed(`passes now: take ${gone.join(', ') || 'it'} off the list of expected failures`);
  }
  return { outcome: 'expected', text: expected.reason };
}

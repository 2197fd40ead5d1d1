/** Compares the speed of this package with its peers and with a bare Nest route. See README.md. */
import { parseArgs } from 'node:util';
import { forms } from './forms.mjs';
import { conditions } from './harness/conditions.mjs';
import { contest } from './harness/contest.mjs';
import { ensureInstalled, refreshOwnPackage } from './harness/install.mjs';
import { printTable, summarise } from './harness/report.mjs';
import { writeResults } from './harness/results.mjs';
import { roundsOf } from './harness/rounds.mjs';

const MODERN_FORMS = ['call-modern', 'list-modern'];
const LEGACY_FORMS = ['call-legacy', 'list-legacy'];
const ALL_FORMS = [...MODERN_FORMS, ...LEGACY_FORMS];
const TARGETS = {
  fleet: ALL_FORMS,
  'fleet-direct': ALL_FORMS,
  'fleet-express': ALL_FORMS,
  'fleet-express-direct': ALL_FORMS,
  'nest-route': ALL_FORMS,
  'nest-route-novalidate': ALL_FORMS,
  'nest-route-express': ALL_FORMS,
  rekog: ALL_FORMS,
  sdk: MODERN_FORMS,
  'sdk-session': LEGACY_FORMS,
};
/** Targets that are another form of a server. */
const SERVERS = {
  'fleet-direct': 'fleet.mjs?mount=direct',
  'fleet-express': 'fleet.mjs?adapter=express',
  'fleet-express-direct': 'fleet.mjs?adapter=express&mount=direct',
  'nest-route-express': 'nest-route.mjs?adapter=express',
};
const YARDSTICK = 'nest-route';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '40' },
    seconds: { type: 'string', default: '0.5' },
    targets: { type: 'string', default: Object.keys(TARGETS).join() },
    smoke: { type: 'boolean', default: false },
    out: { type: 'string' },
  },
});
const options = roundsOf(values);

const targets = values.targets.split(',');
const unknown = targets.filter((target) => !(target in TARGETS));
if (unknown.length > 0) throw new Error(`Unknown target: ${unknown}. The targets are ${Object.keys(TARGETS)}`);
ensureInstalled();
if (targets.some((target) => target.startsWith('fleet'))) refreshOwnPackage();

const entries = ALL_FORMS.flatMap((form) =>
  targets
    .filter((target) => TARGETS[target].includes(form))
    .map((target) => ({
      name: `${form} ${target}`,
      server: new URL(`servers/${SERVERS[target] ?? `${target}.mjs`}`, import.meta.url).href,
      prepare: forms[form],
    })),
);
const samples = await contest(entries, options);
const summary = Object.fromEntries(ALL_FORMS.map((form) => [form, summarise(samplesOf(form), [YARDSTICK])]));
for (const [form, rows] of Object.entries(summary)) if (rows.length > 0) printTable(form, rows);

writeResults(values.out, { ...conditions(options), summary, samples: Object.fromEntries(samples) });

function samplesOf(form) {
  const own = [...samples].filter(([name]) => name.startsWith(`${form} `));
  return new Map(own.map(([name, list]) => [name.slice(form.length + 1), list]));
}

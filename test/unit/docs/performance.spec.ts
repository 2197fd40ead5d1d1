import { format } from 'prettier';
import { describe, expect, it } from 'vitest';
import { read } from './documents.js';

interface Plot {
  readonly rows: readonly unknown[];
}
interface Goal {
  readonly id: string;
  readonly isReached: boolean;
}
type Workloads = Record<string, { readonly run: string }>;

const { page, reasonsOf } = (await import('../../../bench/page/page.mjs' as string)) as {
  page: (workloads: Workloads, reasons: Record<string, string>) => string;
  reasonsOf: (markdown: string) => Record<string, string>;
};
const { withFigures } = (await import('../../../bench/page/readme.mjs' as string)) as {
  withFigures: (readme: string, workloads: Workloads) => string;
};
const { PLOTS, descriptionOf } = (await import('../../../bench/page/plots.mjs' as string)) as {
  PLOTS: Record<string, (figures: object) => Plot>;
  descriptionOf: (plot: Plot) => string;
};
const { scalePage } = (await import('../../../bench/page/scale.mjs' as string)) as {
  scalePage: (scale: object, workloads: Workloads) => string;
};
const { Figures } = (await import('../../../bench/page/figures.mjs' as string)) as {
  Figures: new (workloads: Workloads) => object;
};
const { GOALS, judged } = (await import('../../../bench/page/goals.mjs' as string)) as {
  GOALS: readonly Goal[];
  judged: (figures: object) => Goal[];
};

const { workloads } = JSON.parse(read('bench/results/performance.json')) as { workloads: Workloads };
const figures = new Figures(workloads);
const reasons = reasonsOf(read('bench/page/where-the-time-goes.md'));
const formatted = async (markdown: string): Promise<string> =>
  format(markdown, { ...(JSON.parse(read('.prettierrc')) as object), parser: 'markdown' });
const unescaped = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

describe('docs/performance.md', () => {
  it('docs/performance.md is what the recorded results generate', async () => {
    expect(read('docs/performance.md')).toBe(await formatted(page(workloads, reasons)));
  });

  it('every goal has its figures', () => {
    expect(judged(figures).map(({ id }) => id)).toEqual(GOALS.map(({ id }) => id));
  });

  it('where the time goes is said of goals that there are', () => {
    const ids = GOALS.map(({ id }) => id);
    expect(Object.keys(reasons).filter((id) => !ids.includes(id))).toEqual([]);
  });

  it.each(Object.keys(PLOTS))('the plot %s shows the recorded results', (name) => {
    const plot = PLOTS[name]!(figures);
    expect(plot.rows.length).toBeGreaterThan(0);
    const [, description] = /<desc>([^<]*)<\/desc>/.exec(read(`docs/images/performance-${name}.svg`)) ?? [];
    expect(unescaped(description ?? '')).toBe(descriptionOf(plot));
  });
});

describe('docs/scale.md', () => {
  it('docs/scale.md is what the recorded results generate', async () => {
    const scale = JSON.parse(read('bench/results/scale.json')) as object;
    expect(read('docs/scale.md')).toBe(await formatted(scalePage(scale, workloads)));
  });
});

describe('the figures of README.md', () => {
  it('the figures of README.md are those of the recorded results', async () => {
    expect(read('README.md')).toBe(await formatted(withFigures(read('README.md'), workloads)));
  });

  it('the figures of README.md are of one run, those of other packages too', () => {
    const named = ['call-modern', 'call-legacy', 'list-modern', 'list-legacy', 'cycle', 'delivery', 'sessions'];
    expect(new Set(named.map((name) => workloads[name]!.run)).size).toBe(1);
  });
});

describe('what docs/observability.md says of costs', () => {
  const { summary } = JSON.parse(read('bench/results/observing.json')) as {
    summary: readonly ({ readonly name: string } & Record<'to off' | 'to context', number>)[];
  };
  const section = /### What it costs\n[^]*?\n### /.exec(read('docs/observability.md'))![0];
  const ROWS: Record<string, string> = {
    api: '`@opentelemetry/api`, and no SDK',
    context: 'an SDK, and `telemetry: false`',
    metrics: 'metrics',
    spans: 'spans',
    both: 'metrics and spans',
    'by-hand': 'the same span and value, made by hand',
    channel: 'a subscriber of a channel',
    page: 'the page, which nobody has open',
    watched: 'the page, which somebody watches',
  };
  const WITH_SDK = ['context', 'metrics', 'spans', 'both', 'by-hand'];

  it.each(Object.entries(ROWS))('the row of %s has the recorded figures', (name, title) => {
    const cells = section
      .split('\n')
      .map((line) => line.split('|').map((cell) => cell.trim()))
      .find(([, first]) => first === title)!;
    const recorded = summary.find((one) => one.name === name)!;
    const besideSdk = WITH_SDK.includes(name) ? recorded['to context'].toFixed(2) : '';
    expect(cells.slice(2, 4)).toEqual([recorded['to off'].toFixed(2), besideSdk]);
  });
});

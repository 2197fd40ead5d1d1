import type { JSX } from 'preact';
import { clock } from './format.js';
import { niceScale, pathOf } from './plot-scale.js';

export interface Series {
  readonly title: string;
  /** One for each time; absent where there is none. */
  readonly values: readonly (number | undefined)[];
}

interface Properties {
  readonly title: string;
  /** ms since the epoch, evenly apart. */
  readonly times: readonly number[];
  readonly series: readonly Series[];
  format(value: number): string;
}

const WIDTH = 640;
const HEIGHT = 180;
const LEFT = 64;
const BOTTOM = 22;
const TOP = 8;
const RIGHT = 8;
/** Times below the plot, and the width of one. */
const LABELS = 4;
const LABEL = 70;

/** Lines over time. Their latest values are in its description, for those who do not see it. */
export function Plot({ title, times, series, format }: Properties): JSX.Element {
  const values = series.flatMap((one) => one.values).filter((value) => value !== undefined);
  const { top, ticks } = niceScale(Math.max(0, ...values));
  const x = (index: number): number => LEFT + (index / Math.max(1, times.length - 1)) * (WIDTH - LEFT - RIGHT);
  const y = (value: number): number => TOP + (1 - value / top) * (HEIGHT - TOP - BOTTOM);
  const latest = series.map((one) => {
    const last = one.values.findLast((value) => value !== undefined);
    return `${one.title} ${last === undefined ? 'unknown' : format(last)}`;
  });
  const every = Math.max(1, Math.ceil(times.length / LABELS));
  return (
    <figure class="plot">
      <figcaption>
        {title}
        {series.map((one, index) => (
          <span key={one.title} class={`key series-${index + 1}`}>
            {one.title}
          </span>
        ))}
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${title}. Latest: ${latest.join(', ')}.`}>
        {ticks.map((tick) => (
          <g key={tick}>
            <line class="grid" x1={LEFT} x2={WIDTH - RIGHT} y1={y(tick)} y2={y(tick)} />
            <text x={LEFT - 6} y={y(tick) + 4} text-anchor="end">
              {format(tick)}
            </text>
          </g>
        ))}
        {times.map((time, index) =>
          index % every === 0 && x(index) < WIDTH - LABEL ? (
            <text key={time} x={x(index)} y={HEIGHT - 5} text-anchor="start">
              {clock(time)}
            </text>
          ) : null,
        )}
        {series.map((one, index) => (
          <path
            key={one.title}
            class={`series-${index + 1}`}
            d={pathOf(one.values.map((value, at) => [x(at), value === undefined ? undefined : y(value)]))}
          />
        ))}
        {series.map((one, index) =>
          one.values.map((value, at) =>
            // A value without neighbours has no line.
            value !== undefined && one.values[at - 1] === undefined && one.values[at + 1] === undefined ? (
              <circle key={`${index} ${at}`} class={`series-${index + 1}`} cx={x(at)} cy={y(value)} r={2} />
            ) : null,
          ),
        )}
      </svg>
    </figure>
  );
}

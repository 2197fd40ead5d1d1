import type { JSX } from 'preact';

const WIDTH = 80;
const HEIGHT = 18;

/** A small curve of the latest values, whose scale is at least `top`. Its last value stands beside it as text. */
export function Sparkline({ values, top }: { values: readonly number[]; top: number }): JSX.Element | null {
  if (values.length < 2) return null;
  const scale = Math.max(top, ...values);
  const points = values.map((value, index) => {
    const x = (index / (values.length - 1)) * WIDTH;
    return `${x.toFixed(1)},${(HEIGHT - 1 - (value / scale) * (HEIGHT - 2)).toFixed(1)}`;
  });
  return (
    <svg class="spark" width={WIDTH} height={HEIGHT} aria-hidden="true">
      <polyline points={points.join(' ')} />
    </svg>
  );
}

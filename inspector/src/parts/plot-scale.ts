/** A round number at or above `value`, and the ticks up to it. */
export function niceScale(value: number, wanted = 4): { readonly top: number; readonly ticks: readonly number[] } {
  if (!(value > 0)) return { top: 1, ticks: [0, 1] };
  const rough = value / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one * wanted >= value) ?? 10 * power;
  const count = Math.ceil(value / step);
  // Counted, not added up: the sum of many tenths is not round.
  return { top: count * step, ticks: Array.from({ length: count + 1 }, (_, index) => index * step) };
}

/** Lines through neighbouring points; where there is no value, the line is interrupted. */
export function pathOf(points: readonly (readonly [x: number, y: number | undefined])[]): string {
  let isOn = false;
  return points
    .flatMap(([x, y]) => {
      const command = isOn ? 'L' : 'M';
      isOn = y !== undefined;
      return y === undefined ? [] : [`${command}${x.toFixed(1)} ${y.toFixed(1)}`];
    })
    .join('');
}

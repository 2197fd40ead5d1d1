/** Draws plots with Apache ECharts, which renders SVG without a browser. */
import * as echarts from 'echarts';
import { descriptionOf } from './plots.mjs';
import { number } from './text.mjs';

const WIDTH = 760;
/** Told apart by everybody (Okabe and Ito). */
const COLORS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00'];
const TEXT = { color: '#222', fontFamily: 'sans-serif', fontSize: 12 };
const LEGEND = { top: 34, left: 12, itemGap: 18, textStyle: TEXT };
const BARS = { left: 300, right: 76, top: 66, bottom: 44 };
/** Between the end of a spread and the number beside it, pixels. */
const GAP = 6;
const QUIET = { lineStyle: { color: '#ddd' } };

/** @param plot one of `PLOTS`, with its figures */
export function svgOf(plot) {
  const height = plot.form === 'bars' ? 110 + plot.rows.length * (12 + 18 * plot.groups.length) : 380;
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height });
  chart.setOption({
    ...{ animation: false, backgroundColor: '#fff', color: COLORS, textStyle: TEXT },
    title: { text: plot.title, left: 12, top: 8, textStyle: { ...TEXT, fontSize: 15, fontWeight: 'bold' } },
    ...(plot.form === 'bars' ? barsOf(plot) : linesOf(plot)),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  // Read aloud, and compared with the results by a test.
  const words = `<title>${escaped(plot.title)}</title>\n<desc>${escaped(descriptionOf(plot))}</desc>`;
  return `${svg.replace(/^<svg([^>]*)>/, `<svg role="img"$1>\n${words}`)}\n`;
}

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const axis = (name) => ({ name, nameLocation: 'middle', nameGap: 28, splitLine: QUIET, axisLine: QUIET });
const thousands = { formatter: (value) => number(value, value > 0 && value < 1 ? 2 : 0), ...TEXT };

function barsOf({ unit, groups, rows }) {
  const max = roundedUp(Math.max(...rows.flatMap(({ values }) => values.map((value) => value?.max ?? 0))));
  const pixels = (WIDTH - BARS.left - BARS.right) / max;
  return {
    legend: { data: groups, ...LEGEND },
    grid: BARS,
    xAxis: { type: 'value', max, ...axis(unit), axisLabel: thousands, splitNumber: 4 },
    yAxis: {
      type: 'category',
      inverse: true,
      data: rows.map(({ label }) => label),
      axisLabel: TEXT,
      axisTick: { show: false },
    },
    series: groups.flatMap((name, group) => [
      {
        ...{ type: 'bar', name, barGap: '8%', barMaxWidth: 16 },
        data: rows.map(({ values }) => barOf(values[group], pixels)),
        label: { show: true, position: 'right', formatter: ({ value }) => number(value), ...TEXT, fontSize: 11 },
      },
      spreadOf(rows, group, groups.length),
    ]),
  };
}

/** @returns a bar with its number behind the spread, or nothing */
const barOf = (value, pixels) =>
  value && { value: value.median, label: { distance: (value.max - value.median) * pixels + GAP } };

/** To one digit and a half. */
function roundedUp(value) {
  const unit = 10 ** Math.floor(Math.log10(value)) / 2;
  return Math.ceil(value / unit) * unit;
}

/** A thin line from the lowest to the highest round, in the middle of each bar. */
function spreadOf(rows, group, groups) {
  return {
    ...{ type: 'custom', silent: true, z: 3 },
    data: rows.flatMap(({ values }, row) => (values[group] ? [[values[group].min, row, values[group].max]] : [])),
    renderItem(_params, api) {
      const [from, to] = [api.coord([api.value(0), api.value(1)]), api.coord([api.value(2), api.value(1)])];
      const layout = api.barLayout({ count: groups, barGap: '8%', barMaxWidth: 16 })[group];
      const y = from[1] + layout.offsetCenter;
      const style = { stroke: '#333', lineWidth: 1.5 };
      return { type: 'line', shape: { x1: from[0], y1: y, x2: to[0], y2: y }, style };
    },
  };
}

function linesOf({ unit, axis: size, rows }) {
  return {
    legend: { data: rows.map(({ label }) => label), ...LEGEND },
    grid: { left: 84, right: 40, top: 66 + 22 * Math.ceil(rows.length / 2), bottom: 50 },
    xAxis: { type: 'log', ...axis(size), axisLabel: thousands },
    yAxis: { type: 'log', ...axis(unit), nameGap: 62, axisLabel: thousands },
    series: rows.map(({ label, points, isBeside }, index) => ({
      ...{ type: 'line', name: label, data: points, symbol: 'circle', symbolSize: 7 },
      // What is measured beside has the colour of the line before, dashed.
      ...(isBeside
        ? {
            lineStyle: { type: 'dashed', color: COLORS[index - 1] },
            itemStyle: { color: COLORS[index - 1] },
            symbol: 'emptyCircle',
          }
        : { itemStyle: { color: COLORS[index % COLORS.length] } }),
    })),
  };
}

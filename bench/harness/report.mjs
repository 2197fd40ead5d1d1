import { median, round } from './statistics.mjs';

/** One line per entry: median, spread, and the median of the ratios to each reference *of the same round*. */
export function summarise(samples, references) {
  return [...samples].map(([name, own]) => {
    const rates = own.map(({ perCpuSecond }) => perCpuSecond);
    const row = {
      name,
      median: Math.round(median(rates)),
      min: Math.round(Math.min(...rates)),
      max: Math.round(Math.max(...rates)),
      microsPerRequest: round(1e6 / median(rates), 1),
      busy: round(median(own.map(({ cpuSeconds, wallSeconds }) => cpuSeconds / wallSeconds)), 2),
    };
    for (const reference of references.filter((reference) => samples.has(reference))) {
      const beside = samples.get(reference);
      row[`to ${reference}`] = round(median(rates.map((rate, index) => rate / beside[index].perCpuSecond)), 2);
    }
    return row;
  });
}

export function printTable(title, rows) {
  printColumns(`${title} (answers per CPU second of the server)`, rows);
}

/** Prints rows, of which each may lack some columns. */
function printColumns(title, rows) {
  const columns = [...new Set(rows.flatMap(Object.keys))];
  const cells = [columns, ...rows.map((row) => columns.map((column) => String(row[column] ?? '')))];
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => line[index].length)));
  const line = (values) =>
    values.map((value, index) => (index ? value.padStart(widths[index]) : value.padEnd(widths[index]))).join('  ');
  console.log(`\n${title}\n${cells.map(line).join('\n')}`);
}

/** What ratios are printed to, where it was measured too. */
const YARDSTICKS = ['base', 'nest', 'nest-validated'];

/** The median of each measure with its lowest and highest sample, and the ratios within the rounds. */
export function printSamples(title, samples) {
  const rows = Object.entries(samples).map(([name, measures]) => ({
    name,
    ...Object.fromEntries(Object.entries(measures).map(([measure, list]) => [measure, brief(list)])),
    ...ratios(measures, samples),
  }));
  printColumns(title, rows);
}

function ratios({ perCpuSecond }, samples) {
  const present = YARDSTICKS.filter((name) => perCpuSecond && samples[name]?.perCpuSecond);
  const to = (name) => median(perCpuSecond.map((rate, index) => rate / samples[name].perCpuSecond[index]));
  return Object.fromEntries(present.map((name) => [`to ${name}`, round(to(name), 2)]));
}

function brief(list) {
  const middle = median(list);
  const digits = middle >= 100 ? 0 : 2;
  if (list.length === 1) return round(middle, digits);
  return `${round(middle, digits)} (${round(Math.min(...list), digits)}…${round(Math.max(...list), digits)})`;
}

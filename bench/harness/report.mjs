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

/** Prints rows with the columns of the first row; other rows may lack some. */
export function printColumns(title, rows) {
  const columns = Object.keys(rows[0]);
  const cells = [columns, ...rows.map((row) => columns.map((column) => String(row[column] ?? '')))];
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => line[index].length)));
  const line = (values) =>
    values.map((value, index) => (index ? value.padStart(widths[index]) : value.padEnd(widths[index]))).join('  ');
  console.log(`\n${title}\n${cells.map(line).join('\n')}`);
}

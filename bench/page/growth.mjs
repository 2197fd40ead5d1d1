/** The series of the growth workloads, each with what must not fall as the size grows. */

/** A step is off the line if what is compared falls by more than a quarter from one size to the next. */
const TOLERATED = 0.75;

const SERIES = [
  {
    ...{ id: 'tools-list', workload: 'growth-tools', what: '`tools/list`', size: 'tools' },
    ...{ entry: (size) => `list fleet ${size}`, to: (size) => `list node:http ${size}`, beside: 'node:http' },
  },
  {
    ...{ id: 'tools-call', workload: 'growth-tools', what: '`tools/call`', size: 'tools' },
    entry: (size) => `call fleet ${size}`,
  },
  {
    ...{ id: 'arguments', workload: 'growth-bytes', what: 'arguments of a call', size: 'bytes' },
    entry: (size) => `arguments fleet ${size}`,
    ...{ to: (size) => `arguments nest-validated ${size}`, beside: 'the validated Nest route' },
  },
  {
    ...{ id: 'results', workload: 'growth-bytes', what: 'result of a call', size: 'bytes' },
    ...{ entry: (size) => `results fleet ${size}`, to: (size) => `results nest-validated ${size}` },
    beside: 'the validated Nest route',
  },
  {
    ...{ id: 'in-flight', workload: 'growth-in-flight', what: '`tools/call`, modern', size: 'requests in flight' },
    ...{ entry: (size) => `call-modern fleet ${size}`, to: (size) => `call-modern nest-validated ${size}` },
    beside: 'the validated Nest route',
  },
  {
    ...{ id: 'in-flight-redis', workload: 'growth-in-flight', what: '`tools/call`, legacy on Redis' },
    ...{ size: 'requests in flight', entry: (size) => `call-legacy fleet-redis ${size}` },
  },
  ...['memory', 'redis'].flatMap((where) => [
    {
      ...{ id: `sessions-calls-${where}`, workload: 'growth-sessions', size: 'open sessions' },
      what: `\`tools/call\`, legacy, ${where === 'redis' ? 'on Redis' : 'in memory'}`,
      ...{ entry: (size) => `${where} ${size}`, measure: 'callsPerCpuSecond' },
    },
    {
      ...{ id: `sessions-messages-${where}`, workload: 'growth-sessions', size: 'open sessions' },
      what: `messages of a broadcast, ${where === 'redis' ? 'on Redis' : 'in memory'}`,
      ...{ entry: (size) => `${where} ${size}`, measure: 'messagesPerCpuSecond' },
    },
  ]),
  {
    ...{ id: 'instances-calls', workload: 'growth-instances', what: '`tools/call`, legacy', size: 'instances' },
    ...{ entry: String, measure: 'callsPerCpuSecond' },
  },
  {
    ...{ id: 'instances-messages', workload: 'growth-instances', what: 'messages of a broadcast', size: 'instances' },
    ...{ entry: String, measure: 'messagesPerCpuSecond' },
  },
];

/** @returns each series that was measured, with its points `{ size, rate, ratio, isOff }` */
export function growthOf(figures) {
  return SERIES.map((series) => ({ ...series, points: pointsOf(figures, series) })).filter(
    ({ points }) => points.length > 1,
  );
}

function pointsOf(figures, { workload, entry, to, measure = 'perCpuSecond' }) {
  const sizes = [...new Set(figures.entries(workload).map((name) => Number(/(\d+)$/.exec(name)?.[1])))];
  const points = sizes
    .filter((size) => figures.has(workload, entry(size), ...(to ? [to(size)] : [])))
    .map((size) => ({
      size,
      rate: figures.of(workload, entry(size), measure),
      ratio: to && figures.ratio(workload, entry(size), to(size), measure),
      rateBeside: to && figures.of(workload, to(size), measure),
    }));
  const compared = ({ rate, ratio }) => (ratio ?? rate).median;
  return points.map((point, index) => ({
    ...point,
    isOff: index > 0 && compared(point) < TOLERATED * compared(points[index - 1]),
  }));
}

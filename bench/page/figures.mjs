import { median } from '../harness/statistics.mjs';

/** The results do not hold what was asked for. */
export class MissingFigureError extends Error {}

/** Reads the samples of a results file. Whatever is shown of them is computed here. */
export class Figures {
  /** @param workloads of a results file, by name */
  constructor(workloads) {
    this.workloads = workloads;
  }

  /** The entries of a workload in their order; none if it was not measured. */
  entries(workload) {
    return Object.keys(this.workloads[workload]?.samples ?? {});
  }

  has(workload, ...entries) {
    return entries.every((entry) => this.workloads[workload]?.samples[entry] !== undefined);
  }

  /** @returns `{ median, min, max }` over the rounds */
  of(workload, entry, measure = 'perCpuSecond') {
    return spread(this.#list(workload, entry, measure));
  }

  /** The same of the ratios to another entry, each within one round: other load of the machine affects both. */
  ratio(workload, entry, to, measure = 'perCpuSecond') {
    const beside = this.#list(workload, to, measure);
    return spread(this.#list(workload, entry, measure).map((value, round) => value / beside[round]));
  }

  #list(workload, entry, measure) {
    const list = this.workloads[workload]?.samples[entry]?.[measure];
    if (list) return list;
    throw new MissingFigureError(`There is no figure "${measure}" of "${entry}" in ${workload}: measure it again.`);
  }
}

const spread = (list) => ({ median: median(list), min: Math.min(...list), max: Math.max(...list) });

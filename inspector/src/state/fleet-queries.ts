import type { RunningCall } from '../../../lib/inspector/wire/call.js';
import type { InstanceView } from '../../../lib/inspector/wire/instance.js';
import type { OpenQuestion } from '../../../lib/inspector/wire/question.js';

type Instances = ReadonlyMap<string, InstanceView>;

const present = (instances: Instances): readonly InstanceView[] =>
  [...instances.values()].filter(({ gone }) => gone === undefined);

/** An entry of a report, and how old it was when the report was made. */
export interface Aged<T> {
  readonly entry: T;
  readonly ageMs: number;
}

/** The questions of all instances that wait for an answer, the oldest first. */
export const openQuestions = (instances: Instances): readonly Aged<OpenQuestion>[] =>
  present(instances)
    .flatMap(({ report }) => report.questions.map((entry) => ({ entry, ageMs: report.at - entry.askedAt })))
    .sort((a, b) => b.ageMs - a.ageMs);

/** The calls that run anywhere, the longest running first. */
export const runningCalls = (instances: Instances): readonly RunningCall[] =>
  present(instances)
    .flatMap(({ report }) => report.running)
    .sort((a, b) => b.runningMs - a.runningMs);

/** The instances on which streams of a session hang, by the session. */
export function instancesOfStreams(instances: Instances): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { report } of present(instances)) {
    for (const { session } of report.streams) {
      found.set(session, [...(found.get(session) ?? []), report.instance.id]);
    }
  }
  return found;
}

export interface Lease {
  readonly instance: string;
  readonly runningMs: number;
}

/** Which instance runs a task, by the task. */
export const leases = (instances: Instances): ReadonlyMap<string, Lease> =>
  new Map(
    present(instances).flatMap(({ report }) =>
      report.tasks.map(({ id, runningMs }) => [id, { instance: report.instance.id, runningMs }] as const),
    ),
  );

/** Whether instances that are there offer different things, as during a rolling deployment. */
export const isSkewed = (instances: Instances, of: (view: InstanceView) => string): boolean =>
  new Set(present(instances).map(of)).size > 1;

import type { TaskCheckpoint, TaskPatch, TaskRecord, TaskSpec, TaskStatus } from '../../task/task-record.js';

/** The reply of a task script: whether the call changed the task, whether it is orphaned, and its fields. */
export type TaskReply = readonly [moved: 0 | 1, orphaned: 0 | 1, fieldsAndValues: readonly string[]];

/** Returns alternating fields and values. */
export const packAll = (prefix: string, values: Readonly<Record<string, unknown>>): string[] =>
  Object.entries(values).flatMap(([name, value]) => [`${prefix}${name}`, JSON.stringify(value)]);

export const packCheckpoint = ({ answered = {}, steps = {} }: Partial<TaskCheckpoint>): string[] => [
  ...packAll('ka:', answered),
  ...packAll('ks:', steps),
];

export function packPatch({ statusMessage, result, error }: TaskPatch): string[] {
  const fields: string[] = [];
  if (statusMessage !== undefined) fields.push('m', statusMessage);
  if (result !== undefined) fields.push('r', JSON.stringify(result));
  if (error !== undefined) fields.push('e', JSON.stringify(error));
  return fields;
}

/** @returns `undefined` for a hash that this package did not write; the task is then unknown (SEC13) */
export function unpackTask([, orphaned, fieldsAndValues]: TaskReply): TaskRecord | undefined {
  const fields = new Map<string, string>();
  for (let i = 0; i < fieldsAndValues.length; i += 2) fields.set(fieldsAndValues[i]!, fieldsAndValues[i + 1]!);
  const number = (name: string): number => Number(fields.get(name));
  try {
    const [statusMessage, result, error, args] = ['m', 'r', 'e', 'g'].map((name) => fields.get(name));
    return {
      arguments: {},
      ...(JSON.parse(fields.get('o')!) as Omit<TaskSpec, 'checkpoint' | 'arguments'>),
      ...(args !== undefined && { arguments: JSON.parse(args) }),
      checkpoint: { answered: unpackAll(fields, 'ka:'), steps: unpackAll(fields, 'ks:') },
      status: fields.get('s') as TaskStatus,
      ...(statusMessage !== undefined && { statusMessage }),
      createdAt: number('c'),
      updatedAt: number('u'),
      version: number('v'),
      fence: number('f'),
      orphaned: orphaned === 1,
      inputRequests: unpackQuestions(fields),
      answers: unpackAll(fields, 'a:'),
      ...(result !== undefined && { result: JSON.parse(result) }),
      ...(error !== undefined && { error: JSON.parse(error) }),
    };
  } catch {
    return undefined;
  }
}

function unpackAll<T>(fields: ReadonlyMap<string, string>, prefix: string): Record<string, T> {
  const matching = [...fields].filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(matching.map(([name, text]) => [name.slice(prefix.length), JSON.parse(text) as T]));
}

/** Returns the questions in the order in which they were asked. */
function unpackQuestions(fields: ReadonlyMap<string, string>): TaskRecord['inputRequests'] {
  const numbered = [...fields].flatMap(([name, text]) => {
    const space = text.indexOf(' ');
    return name.startsWith('q:')
      ? [{ name: name.slice(2), order: Number(text.slice(0, space)), text: text.slice(space) }]
      : [];
  });
  numbered.sort((a, b) => a.order - b.order);
  return Object.fromEntries(numbered.map(({ name, text }) => [name, JSON.parse(text)]));
}

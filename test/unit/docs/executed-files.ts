import { Session } from 'node:inspector/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from './documents.js';

const LIB = join(ROOT, 'lib/');

const pathOf = (url: string): string => (url.startsWith('file:') ? fileURLToPath(url) : url);

/** The files of `lib` of which a function was called while the scene was played, relative to `lib`. */
export async function executedFiles(scene: () => Promise<void>): Promise<ReadonlySet<string>> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
    await scene();
    const { result } = await session.post('Profiler.takePreciseCoverage');
    await session.post('Profiler.stopPreciseCoverage');
    const executed = result
      .filter(({ functions }) => functions.some(({ ranges }) => ranges[0]!.count > 0))
      .map(({ url }) => pathOf(url))
      .filter((path) => path.startsWith(LIB));
    return new Set(executed.map((path) => path.slice(LIB.length)));
  } finally {
    session.disconnect();
  }
}

/** The files of `lib` on a stack, relative to `lib`: the outermost caller first, each once. */
export function filesOnStack(stack: string): readonly string[] {
  const frames = [...stack.matchAll(/(?:file:\/\/)?(\/[^\s():]+\.ts):\d+:\d+/g)].map(([, path]) => path!);
  const inLib = frames.filter((path) => path.startsWith(LIB)).map((path) => path.slice(LIB.length));
  return [...new Set(inLib.reverse())];
}

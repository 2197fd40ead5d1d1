import { BackendUnavailableError } from '../../session/backend-unavailable.js';

/**
 * Does something again and again, with a pause after each time, so that what takes long is done less often.
 *
 * @param step a failure is reported, unless the store is only unavailable; it is done again in any case
 * @returns what ends it
 */
export function repeated(step: () => Promise<void>, pauseMs: number, report: (error: unknown) => void) {
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const run = (): void => {
    step()
      .catch((error: unknown) => {
        if (!(error instanceof BackendUnavailableError)) report(error);
      })
      .finally(() => {
        if (!closed) timer = setTimeout(run, pauseMs).unref();
      });
  };
  run();
  return {
    close: (): void => {
      closed = true;
      clearTimeout(timer);
    },
  };
}

import { ACTION_HEADER, ROUTES } from '../../../lib/inspector/wire/routes.js';
import { problemOf } from './fleet-stream.js';

/** What went wrong, in a sentence; `undefined` when it was done. */
export type Outcome = string | undefined;

/** Ends the session with this digest, wherever its stream is. */
export const endSession = (id: string): Promise<Outcome> => act('DELETE', ROUTES.session(id));

/** Cancels the task with this digest, wherever it runs. */
export const cancelTask = (id: string): Promise<Outcome> => act('POST', ROUTES.cancelTask(id));

async function act(method: string, route: string): Promise<Outcome> {
  try {
    const response = await fetch(route, { method, headers: { [ACTION_HEADER]: '1' } });
    return response.ok ? undefined : await problemOf(response);
  } catch {
    return 'The instance that this page is connected to does not answer.';
  }
}

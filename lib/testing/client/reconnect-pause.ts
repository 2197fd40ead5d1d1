import { setTimeout as pause } from 'node:timers/promises';
import type { RunningRequest } from './running-request.js';

/** A server that shuts down ends each stream at once: its clients must not come back all the time, ms. */
const PAUSE_MS = 10;

/** Lets the test do what it wants to do while its client is disconnected, and a server breathe. */
export async function pauseBeforeReconnect(run: RunningRequest): Promise<void> {
  await run.disconnected();
  await pause(PAUSE_MS);
}

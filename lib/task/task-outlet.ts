import type { Outlet } from '../exchange/exchange.js';
import type { TaskRun } from './task-run.js';

/** The outlet of a repeated run, which is a task from the start and has no client to send messages to. */
export class TaskOutlet implements Outlet {
  run: TaskRun | undefined;

  notify(): void {}

  detach(): Promise<boolean> {
    return Promise.resolve(true);
  }

  status(message: string): void {
    this.run?.setStatusMessage(message);
  }
}

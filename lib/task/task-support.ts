import type { Peer } from '../exchange/peer.js';
import type { TaskSupport } from '../protocol/definitions.js';
import { ErrorCode, McpError, MissingClientCapabilityError } from '../protocol/errors.js';
import { isObject } from '../protocol/messages.js';
import { declaresTasks, TASKS_CAPABILITY } from './task-extension.js';

/** What a tool declares about tasks. */
export interface TaskTraits {
  readonly support: TaskSupport;
  /** The method itself decides when its call becomes a task, with `ctx.detach()`. */
  readonly detaches: boolean;
  readonly idempotent: boolean;
}

/** Whether this peer knows the tasks of 2025-11-25. They need a session for their questions. */
export const knowsExperimentalTasks = ({ revision, session }: Peer): boolean =>
  revision === '2025-11-25' && session !== undefined;

/**
 * Decides whether a call is answered with a task. In the modern era the server decides: a call becomes a task if its
 * tool allows it and its client declares the extension with this request (TASK-2, TASK-3). In 2025-11-25, the client
 * does.
 *
 * @param requested the `params.task` of the request; ignored in modern requests
 * @throws {McpError} `-32021` or `-32601` when the tool and the client are incompatible
 */
export function becomesTask({ support }: TaskTraits, peer: Peer, requested: unknown): boolean {
  if (peer.era === 'modern') {
    if (support === 'forbidden') return false;
    const declared = declaresTasks(peer.clientCapabilities);
    if (!declared && support === 'required') throw new MissingClientCapabilityError(TASKS_CAPABILITY);
    return declared;
  }
  const asTask = isObject(requested) && knowsExperimentalTasks(peer);
  if (asTask && support === 'forbidden') throw unsupportedCall('This tool cannot be called as a task');
  if (!asTask && support === 'required') throw unsupportedCall('This tool can only be called as a task');
  return asTask;
}

/** The revision prescribes this code. */
const unsupportedCall = (message: string): McpError => new McpError(ErrorCode.MethodNotFound, message);

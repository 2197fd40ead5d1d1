import type { Peer } from '../exchange/peer.js';
import type { TaskSupport } from '../protocol/definitions.js';
import { ErrorCode, McpError, MissingClientCapabilityError } from '../protocol/errors.js';
import { isObject } from '../protocol/messages.js';
import { declaresTasks, TASKS_CAPABILITY } from './task-extension.js';

/** What a tool says about tasks. */
export interface TaskTraits {
  readonly support: TaskSupport;
  /** The method itself says when it becomes a task, with `ctx.detach()`. */
  readonly detaches: boolean;
  readonly idempotent: boolean;
}

/** Whether a client of this peer's kind knows the tasks of 2025-11-25; they need a session to be asked in. */
export const knowsExperimentalTasks = ({ revision, session }: Peer): boolean =>
  revision === '2025-11-25' && session !== undefined;

/**
 * Whether a call is answered with a task. In the modern era the server decides, so every call of a tool that may be one
 * is, if its client declares the extension with this request (T1-2, T1-3); in 2025-11-25 the client asks for it.
 *
 * @param asked `params.task`; nothing to modern requests
 * @throws {McpError} `-32021` or `-32601` where the tool and the client exclude each other
 */
export function becomesTask({ support }: TaskTraits, peer: Peer, asked: unknown): boolean {
  if (peer.era === 'modern') {
    if (support === 'forbidden') return false;
    const declared = declaresTasks(peer.clientCapabilities);
    if (!declared && support === 'required') throw new MissingClientCapabilityError(TASKS_CAPABILITY);
    return declared;
  }
  const wanted = isObject(asked) && knowsExperimentalTasks(peer);
  if (wanted && support === 'forbidden') throw notThatWay('This tool cannot be called as a task');
  if (!wanted && support === 'required') throw notThatWay('This tool can only be called as a task');
  return wanted;
}

/** */
const notThatWay = (message: string): McpError => new McpError(ErrorCode.MethodNotFound, message);

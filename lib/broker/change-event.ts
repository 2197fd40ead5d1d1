import type { SessionKey } from '../session/session-record.js';

/**
 * An event that one instance publishes to all instances. The stores are authoritative: an instance that misses an event
 * must be able to recover.
 */
export type ChangeEvent =
  /** Another program says so: instances announce their own changes in the broadcast log. */
  | { readonly type: 'list-changed'; readonly list: 'tools' | 'prompts' | 'resources' }
  | { readonly type: 'resource-updated'; readonly uri: string }
  | { readonly type: 'task-changed'; readonly task: { readonly principal: string; readonly id: string } }
  /** An instance has read its skills again; the others do, too. `from` is the instance. */
  | { readonly type: 'skills-changed'; readonly from: string }
  /** The session was ended by its client; whatever runs in it is cancelled. */
  | { readonly type: 'session-ended'; readonly session: SessionKey }
  /** The client cancelled a request. The instance that runs it aborts it. */
  | {
      readonly type: 'cancel';
      readonly session: SessionKey;
      readonly requestId: string | number;
      readonly reason?: string;
    };

type Fields = Readonly<Record<string, unknown>>;

const isText = (value: unknown): value is string => typeof value === 'string';
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

/** For each event type, a check of its fields. */
const SHAPES: { readonly [T in ChangeEvent['type']]: (event: Fields) => boolean } = {
  'list-changed': ({ list }) => list === 'tools' || list === 'prompts' || list === 'resources',
  'resource-updated': ({ uri }) => isText(uri),
  'task-changed': ({ task }) => isFields(task) && isText(task['principal']) && isText(task['id']),
  'skills-changed': ({ from }) => isText(from),
  'session-ended': ({ session }) => isFields(session) && isText(session['principal']) && isText(session['id']),
  cancel: ({ session, requestId, reason }) =>
    isFields(session) &&
    isText(session['principal']) &&
    isText(session['id']) &&
    (isText(requestId) || typeof requestId === 'number') &&
    (reason === undefined || isText(reason)),
};

const isKnown = (type: unknown): type is ChangeEvent['type'] => isText(type) && Object.hasOwn(SHAPES, type);

/**
 * @returns `undefined` for an event type this version does not know, which is normal during a rolling upgrade (F18)
 * @throws {CorruptChangeError} if the message is not a change event
 */
export function parseChangeEvent(message: string): ChangeEvent | undefined {
  const event = parse(message);
  if (!isFields(event) || !isText(event['type'])) throw new CorruptChangeError();
  if (!isKnown(event['type'])) return undefined;
  if (!SHAPES[event['type']](event)) throw new CorruptChangeError();
  return event as unknown as ChangeEvent;
}

function parse(message: string): unknown {
  try {
    return JSON.parse(message);
  } catch {
    throw new CorruptChangeError();
  }
}

/** The error does not quote the message, which may contain a session id, because errors are logged (P15). */
export class CorruptChangeError extends Error {
  override readonly name = 'CorruptChangeError';
  constructor() {
    super('A message on the change channel is not a change event; it was ignored. Does something else publish there?');
  }
}

import type { Implementation } from '../../protocol/definitions.js';
import { projectImplementation } from '../../protocol/down-projection.js';
import { invalidParams } from '../../protocol/errors.js';
import { exceedsJsonSize } from '../../limits/json-size.js';
import { isObject, type JsonObject } from '../../protocol/messages.js';
import { negotiate } from '../../protocol/revisions.js';
import { newSessionId } from '../../session/session-id.js';
import type { ClientInfo, SessionRecord } from '../../session/session-record.js';
import type { Capabilities } from '../capabilities.js';
import type { Method } from '../method.js';

/**
 * The session that an `initialize` request opens; the caller stores it.
 *
 * @throws {McpError} `-32602` for invalid parameters
 */
export function openSession(params: JsonObject | undefined, principal: string): SessionRecord {
  const { protocolVersion, capabilities, clientInfo } = params ?? {};
  if (typeof protocolVersion !== 'string') throw invalidParams('initialize needs a string "protocolVersion"');
  if (capabilities !== undefined && !isObject(capabilities)) throw invalidParams('"capabilities" must be an object');
  requireSmall('capabilities', capabilities, MAX_CAPABILITIES_CHARACTERS);
  requireSmall('clientInfo', clientInfo, MAX_CLIENT_INFO_CHARACTERS);
  return {
    id: newSessionId(),
    principal,
    revision: negotiate(protocolVersion),
    clientInfo: isObject(clientInfo) ? (clientInfo as ClientInfo) : undefined,
    clientCapabilities: capabilities ?? {},
    openedAt: Date.now(),
    initialized: false,
  };
}

/** Kept with each session; what clients declare has some hundred characters. */
const MAX_CAPABILITIES_CHARACTERS = 8192;
const MAX_CLIENT_INFO_CHARACTERS = 4096;

function requireSmall(name: string, value: unknown, maxCharacters: number): void {
  if (!exceedsJsonSize(value ?? null, maxCharacters)) return;
  throw invalidParams(`"${name}" may have at most ${maxCharacters} characters of JSON`);
}

/** `initialize`. The transport has opened the session by now; the result states what was negotiated (G-1, G-3). */
export const initialize = (
  capabilities: Capabilities,
  info: Implementation,
  instructions: string | undefined,
): Method => ({
  name: 'initialize',
  eras: ['legacy'],
  run: (_params, { peer }) => ({
    protocolVersion: peer.revision,
    capabilities: capabilities.describe(peer.revision, peer.principal !== undefined),
    serverInfo: projectImplementation(info, peer.revision),
    instructions,
  }),
});

export const ping: Method = { name: 'ping', eras: ['legacy'], run: () => ({}) };

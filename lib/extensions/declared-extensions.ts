import type { AccessControl } from '../access/access-control.js';
import type { Catalog } from '../catalog/catalog.js';
import type { ExtensionEntry, MethodEntry } from '../catalog/entries.js';
import type { CallBounds } from '../engine/call-bounds.js';
import { callPrimitive } from '../engine/call-primitive.js';
import type { Extension } from '../engine/extension.js';
import type { Method } from '../engine/method.js';
import { requireRepresentable } from '../engine/results/representable.js';
import type { Exchange } from '../exchange/exchange.js';
import type { Interactions } from '../interaction/interactions.js';
import { methodNotFound, MissingClientCapabilityError } from '../protocol/errors.js';
import { extensionCapability, extensionSettings } from '../protocol/extension.js';
import { isObject, type JsonObject } from '../protocol/messages.js';

/** What the methods of extensions need. */
export interface MethodParts {
  readonly interactions: Interactions;
  readonly access: AccessControl;
  readonly bounds: CallBounds;
}

/** The extensions that the application declares with `@McpExtension()`. */
export const declaredExtensions = ({ extensions, methods }: Catalog, parts: MethodParts): readonly Extension[] =>
  extensions.sorted().map((entry) => ({
    id: entry.key,
    eras: entry.eras,
    settings: () => entry.settings,
    methods: methods
      .sorted()
      .filter(({ extension }) => extension === entry.key)
      .map((method) => declaredMethod(method, entry, parts)),
    notifications: entry.notifications,
    access: entry.access,
    declaredBy: entry.declaredBy,
  }));

/** A method with `@McpMethod()`. Who may not use it is answered as if it did not exist. */
const declaredMethod = (
  method: MethodEntry,
  { eras, key: id, mustDeclare }: ExtensionEntry,
  { interactions, access, bounds }: MethodParts,
): Method => ({
  name: method.key,
  eras,
  isCall: true,
  async run({ _meta, inputResponses: _responses, requestState: _state, ...args }, exchange) {
    if (mustDeclare) requireDeclared(exchange, id);
    const admitting = access.admit(method, exchange, args, () => methodNotFound(method.key));
    if (admitting instanceof Promise) await admitting;
    const call = { entry: method, name: method.key, subject: method.key, args };
    const outcome = await bounds.call(method, exchange, () => callPrimitive(call, exchange, interactions, access));
    return 'inputRequired' in outcome ? outcome.inputRequired : resultOf(outcome.value, method.declaredBy);
  },
});

/** @throws {MissingClientCapabilityError} for a client that does not declare the extension */
function requireDeclared({ peer }: Exchange, id: string): void {
  if (extensionSettings(peer.clientCapabilities, id) !== undefined) return;
  throw new MissingClientCapabilityError(extensionCapability(id));
}

/** @throws Error for what cannot be a result of JSON-RPC */
function resultOf(value: unknown, declaredBy: string): JsonObject {
  if (value === undefined || value === null) return {};
  requireRepresentable(value);
  if (isObject(value)) return value;
  throw new Error(`${declaredBy} returned a value that is not an object: the result of an @McpMethod() has members.`);
}

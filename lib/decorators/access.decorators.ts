import type { AccessPolicySource } from '../access/access-policy.js';
import type { McpAccess } from '../access/access-rule.js';
import { listed } from './listed.js';
import { MCP_ACCESS } from './metadata.js';

type AccessDecorator = ClassDecorator & MethodDecorator;

const access = (rule: McpAccess): AccessDecorator => listed(MCP_ACCESS, rule);

/**
 * Everybody may use the tool, resource, prompt or completer, or all of the class, also an anonymous caller where others
 * need an identity. On a method it replaces the rules of its class.
 *
 * Together with another rule on the same class or method it is reported at start-up as a `McpDeclarationError`.
 *
 * @example
 * ```ts
 * @McpPublic()
 * @McpTool()
 * openingHours() {}
 * ```
 * @publicApi
 */
export const McpPublic = (): AccessDecorator => access({ public: true });

/**
 * The caller's token needs all of these scopes, or broader ones by the option `impliedScopes`. Those of the class and of
 * the method add up. It decides about lists, too.
 *
 * No scope at all, or one with characters that RFC 6749 does not allow, is reported at start-up as a
 * `McpDeclarationError`.
 *
 * @example
 * ```ts
 * @McpScopes('files:write')
 * @McpTool()
 * upload({ name, text }: UploadArgs) {}
 * ```
 * @publicApi
 */
export const McpScopes = (...scopes: string[]): AccessDecorator => access({ scopes });

/**
 * The caller needs one of these roles, as the `roles` of its `Principal`. Those of the class and one of the method are
 * both needed. It decides about lists, too.
 *
 * No role at all is reported at start-up as a `McpDeclarationError`.
 *
 * @example
 * ```ts
 * @McpRoles('admin', 'support')
 * @Injectable()
 * class TicketTools {}
 * ```
 * @publicApi
 */
export const McpRoles = (...roles: string[]): AccessDecorator => access({ roles });

/**
 * Each of these policies must allow it. A class that no module provides is constructed in the module of the method, as
 * guards are. It decides about lists, too.
 *
 * A policy that cannot be constructed is reported at start-up as a `McpDeclarationError`.
 *
 * @param policies classes of policies, instances, or guards by `fromGuard()`
 * @example
 * ```ts
 * @McpAllow(OwnsFolder)
 * @McpResource({ uri: 'files://{folder}/{name}' })
 * file({ folder, name }: FileArgs) {}
 * ```
 * @publicApi
 */
export const McpAllow = (...policies: AccessPolicySource[]): AccessDecorator => access({ allow: policies });

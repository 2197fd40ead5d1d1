import type { ResourceEntry } from '../catalog/entries.js';
import type { McpAppOptions, McpAppPermission } from '../decorators/app-options.js';
import type { McpResourceOptions } from '../decorators/metadata.js';
import { InputRequired } from '../interaction/input-required.js';
import { APP_MEDIA_TYPE } from '../protocol/apps.js';
import type { ResourceContents } from '../protocol/content.js';
import { isObject, type JsonObject } from '../protocol/messages.js';

/** An origin, or the subdomains of one. What else a policy can hold could end the directive that a host makes of it. */
const ORIGIN = /^(?:https?|wss?):\/\/(?:\*\.)?(?:[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*|\[[0-9A-Fa-f:]+\])(?::\d{1,5})?$/;
const CSP = ['connectDomains', 'resourceDomains', 'frameDomains', 'baseUriDomains'];
const PERMISSIONS: readonly McpAppPermission[] = ['camera', 'microphone', 'geolocation', 'clipboardWrite'];

/**
 * The resource that a page is.
 *
 * @throws Error for what is not a page of the specification
 */
export function appResource(options: McpAppOptions): McpResourceOptions {
  const { uri, csp, permissions, domain, prefersBorder, meta, ...rest } = options;
  if (typeof uri !== 'string' || !/^ui:\/\/[^{}\s]+$/.test(uri)) {
    throw new Error(`its URI ${JSON.stringify(uri)} must begin with "ui://" and have no variables`);
  }
  requireOrigins(csp);
  const unknown = permissions?.find((permission) => !PERMISSIONS.includes(permission));
  if (unknown !== undefined) {
    throw new Error(`its permission "${unknown}" is none of "${PERMISSIONS.join('", "')}"`);
  }
  const ui = {
    ...(csp && { csp }),
    ...(permissions && { permissions: Object.fromEntries(permissions.map((permission) => [permission, {}])) }),
    ...(domain !== undefined && { domain }),
    ...(prefersBorder !== undefined && { prefersBorder }),
  };
  const given = isObject(meta?.ui) ? meta.ui : {};
  return { ...rest, uri, mimeType: APP_MEDIA_TYPE, meta: { ...meta, ui: { ...given, ...ui } } };
}

function requireOrigins(csp: McpAppOptions['csp']): void {
  for (const [name, origins] of Object.entries((csp ?? {}) as Readonly<Record<string, readonly string[]>>)) {
    if (!CSP.includes(name))
      throw new Error(`its "csp" has no member "${name}"; its members are "${CSP.join('", "')}"`);
    for (const origin of origins ?? []) {
      if (typeof origin === 'string' && ORIGIN.test(origin)) continue;
      throw new Error(`its origin ${JSON.stringify(origin)} in "${name}" must be like "https://api.example.com"`);
    }
  }
}

/** Hosts read what a page may do from its contents, not from the list. */
export function withPage(entry: ResourceEntry): ResourceEntry {
  const { key: uri, definition, invoke, declaredBy } = entry;
  const page = (content: Pick<ResourceContents, 'text' | 'blob'>): ResourceContents => ({
    ...{ uri, mimeType: APP_MEDIA_TYPE, ...content },
    _meta: definition._meta as JsonObject,
  });
  return {
    ...entry,
    async invoke(ctx, raw) {
      const value = await invoke(ctx, raw);
      if (typeof value === 'string') return page({ text: value });
      if (value instanceof Uint8Array) return page({ blob: Buffer.from(value).toString('base64') });
      if (value === undefined || value === null || value instanceof InputRequired) return value;
      throw new Error(`${declaredBy} returned neither text nor bytes: an @McpApp() returns HTML.`);
    },
  };
}

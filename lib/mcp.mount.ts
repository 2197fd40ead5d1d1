import type { Provider } from '@nestjs/common';
import { HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { authSettings } from './auth/auth-settings.js';
import { metadataDocument } from './auth/metadata-document.js';
import { WELL_KNOWN } from './auth/resource-uri.js';
import { placeController, type ServedController } from './mcp.served-controller.js';
import { MCP_OPTIONS, MOUNT_KIND, SERVED_CONTROLLER } from './mcp.tokens.js';
import { invalid } from './options/invalid-option.js';
import type { MountKind } from './options/module-options.js';
import type { ResolvedOptions } from './options/resolve-options.js';
import { ThrottledReporter } from './report/throttled-reporter.js';
import { HttpMount } from './transport/http/mount/http-mount.js';
import { ServerRequests } from './transport/http/mount/server-requests.js';

export const mountProvider: Provider = {
  provide: HttpMount,
  inject: [HttpAdapterHost, MCP_OPTIONS, MOUNT_KIND, SERVED_CONTROLLER, ModulesContainer, ThrottledReporter],
  useFactory: createMount,
};

/** The controller gets its path here, as it may come from a factory. Nest has not read it yet. */
function createMount(
  adapterHost: HttpAdapterHost,
  { path, auth, clientAddress }: ResolvedOptions,
  kind: MountKind,
  served: ServedController | undefined,
  modules: ModulesContainer,
  { report }: ThrottledReporter,
): HttpMount | undefined {
  if (clientAddress && kind !== 'http-server') {
    throw invalid(
      'clientAddress',
      'needs the mount "http-server"; elsewhere configure the trusted proxies of the HTTP framework instead',
    );
  }
  if (path === false) {
    if (served) for (const { controllers } of modules.values()) controllers.delete(served.controller);
    return undefined;
  }
  if (served && served.path === undefined) placeController(served.controller, path);
  const settings = auth && authSettings(auth);
  const document = settings && { root: WELL_KNOWN, path: settings.path, json: metadataDocument(settings) };
  const ahead = kind === 'http-server' ? new ServerRequests(clientAddress, report) : undefined;
  return new HttpMount(adapterHost, path, { routes: served, ahead, document });
}

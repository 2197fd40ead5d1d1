import { map } from 'rxjs';
import type { OriginPolicy } from '../../transport/http/origin-policy.js';
import { KeepAlive } from '../../transport/http/sse/keep-alive.js';
import { writeSse } from '../../transport/http/sse/sse-writer.js';
import { BackendUnavailableError } from '../../session/backend-unavailable.js';
import type { FleetWatch } from '../fleet/fleet-watch.js';
import type { InspectorConfig } from '../wire/config.js';
import { ROUTES } from '../wire/routes.js';
import { begin, Refused, send, sendJson, sendProblem } from './answers.js';
import type { PageActions } from './page-actions.js';
import { isPageFile, sendPageFile } from './page-files.js';
import type { PageGuards } from './page-guards.js';
import type { PageRequest } from './page-request.js';
import { requireActionHeader, requireSameOrigin } from './same-origin.js';

export interface PageParts {
  readonly path: string;
  readonly guards: PageGuards;
  readonly policy: OriginPolicy;
  readonly config: () => InspectorConfig;
  readonly watch: FleetWatch;
  /** `undefined` if the page may only look. */
  readonly actions: PageActions | undefined;
  readonly maxWatchers: number;
  readonly report: (error: unknown) => void;
}

const KEEP_ALIVE_MS = 15_000;
/** A page that reads slower than its events come is cut off, and begins again with a snapshot. */
const MAX_PENDING_BYTES = 1024 * 1024;

/** Answers everything below the path of the page. */
export class PageRoutes {
  readonly #sse = { keepAlive: new KeepAlive(KEEP_ALIVE_MS), maxPendingBytes: MAX_PENDING_BYTES };

  constructor(private readonly parts: PageParts) {}

  /** Never rejects. */
  async serve(request: PageRequest): Promise<void> {
    try {
      this.#judge(request);
      // Before the response is taken over: guards may want to give it headers.
      await this.parts.guards.admit(request);
      begin(request);
      await this.#route(request);
    } catch (error) {
      begin(request);
      sendProblem(request, this.#refusalOf(error));
    }
  }

  /** A page of an attacker whose domain was re-pointed at this server has that domain in `Host`; see `OriginPolicy`. */
  #judge({ headers }: PageRequest): void {
    if (this.parts.policy.allowsHost(headers.host)) return;
    throw new Refused(403, 'forbidden', 'Host is not allowed. The option allowedHosts of the server can list it.');
  }

  async #route(request: PageRequest): Promise<unknown> {
    const { verb, path, headers, response } = request;
    const isReading = verb === 'GET' || verb === 'HEAD';
    if (path === undefined) return this.#redirect(request);
    if (isReading && isPageFile(path)) return sendPageFile(request, path);
    requireSameOrigin(headers);
    if (isReading && path === ROUTES.config) return sendJson(request, 200, this.parts.config());
    if (verb === 'GET' && path === ROUTES.stream) return this.#stream(request);
    if (verb === 'DELETE' || verb === 'POST') {
      requireActionHeader(headers);
      if (await this.#act(verb, path)) return send(request, 204);
    }
    response.setHeader('cache-control', 'no-store');
    throw new Refused(404, 'unknown', 'There is nothing at this path.');
  }

  /** Relative, because a proxy in front may have put the page at another path. */
  #redirect(request: PageRequest): void {
    send(request, 302, undefined, { location: `${this.parts.path.split('/').at(-1)}/` });
  }

  #stream({ response, remoteAddress }: PageRequest): Promise<unknown> {
    const { watch, maxWatchers } = this.parts;
    if (watch.size >= maxWatchers) {
      throw new Refused(
        503,
        'too-many-watchers',
        `${maxWatchers} pages watch this instance already. Close one of them.`,
      );
    }
    const events = watch.events$.pipe(map((data) => ({ data })));
    return writeSse({ response, remoteAddress }, events, this.#sse);
  }

  async #act(verb: string, path: string): Promise<boolean> {
    const { actions } = this.parts;
    const session = verb === 'DELETE' ? /^api\/sessions\/([\w-]+)$/.exec(path)?.[1] : undefined;
    const task = verb === 'POST' ? /^api\/tasks\/([\w-]+)\/cancel$/.exec(path)?.[1] : undefined;
    if (session === undefined && task === undefined) return false;
    if (!actions) {
      throw new Refused(403, 'actions-off', 'This page may only look. McpInspector.setup() has an option "actions".');
    }
    await (session !== undefined ? actions.endSession(session) : actions.cancelTask(task!));
    return true;
  }

  #refusalOf(error: unknown): Refused {
    if (error instanceof Refused) return error;
    if (error instanceof BackendUnavailableError) {
      return new Refused(503, 'unavailable', 'Redis cannot be reached at the moment. Try again later.');
    }
    this.parts.report(error);
    return new Refused(500, 'failed', 'This has failed. The log of the instance says why.');
  }
}

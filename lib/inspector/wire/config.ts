/** Goes up when a page of an older version can no longer read what the server says. New members do not count. */
export const CONTRACT = 1;

/**
 * What `GET <path>/api/config` answers: what the page has to know before it opens the stream. It never changes while the
 * instance runs.
 */
export interface InspectorConfig {
  readonly contract: number;
  /** The server that the page is about. */
  readonly server: {
    /** The option `server`; `null` for the default server. */
    readonly key: string | null;
    readonly name: string;
    readonly version: string;
    readonly title?: string;
  };
  /** Paths of the MCP endpoint, on the origin of the page; empty for a server that only has stdio. */
  readonly endpoints: readonly string[];
  /** Protocol revisions that the server speaks, newest first. */
  readonly revisions: readonly string[];
  /** Whether the parts of the server are the ones in memory, the ones on Redis, or some of the application. */
  readonly backend: 'memory' | 'redis' | 'custom';
  /** The id of the instance that answered. */
  readonly instance: string;
  /** Whether sessions can be ended and tasks cancelled. */
  readonly actions: boolean;
  /** Whether calls are shown with their arguments, and tasks with what their tools say of their state. */
  readonly showArguments: boolean;
  /** Whether users are shown by name; otherwise by the hash of their identity. */
  readonly showPrincipals: boolean;
  /** Whether clients need an access token, so that *Try it* has to ask for one. */
  readonly auth: boolean;
  /** Time between two reports of an instance, ms. */
  readonly reportIntervalMs: number;
  /** Time without a report after which an instance is said to be gone, ms. */
  readonly goneAfterMs: number;
  /** What bounds the figures, so that the page can say when it does not show everything. */
  readonly limits: {
    /** Calls in the report of one instance. */
    readonly callsPerReport: number;
    /** Sessions in the list. */
    readonly sessions: number;
    /** Tasks in the list. */
    readonly tasks: number;
    /** Pages that may watch one instance at the same time. */
    readonly watchers: number;
  };
}

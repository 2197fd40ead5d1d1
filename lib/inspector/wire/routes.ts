/**
 * The routes below the path that `McpInspector.setup()` was given. All of them pass the guard first, and all answers
 * carry the same strict headers.
 *
 * | Route                           | Answer                                                                            |
 * | ------------------------------- | --------------------------------------------------------------------------------- |
 * | `GET <path>`                    | 302 to `<path>/`, so that the page's relative URLs work                           |
 * | `GET <path>/`                   | `index.html`                                                                      |
 * | `GET <path>/inspector.js`       | the script                                                                        |
 * | `GET <path>/inspector.css`      | the style                                                                         |
 * | `GET <path>/api/config`         | `InspectorConfig` as JSON                                                         |
 * | `GET <path>/api/stream`         | SSE: see `StreamEvent`. 503 with `InspectorProblem` if too many pages watch       |
 * | `DELETE <path>/api/sessions/:id`| ends the session with this `SessionView.id`: 204                                  |
 * | `POST <path>/api/tasks/:id/cancel` | cancels the task with this `TaskView.id`, without a body: 204                  |
 *
 * Whatever is refused is answered with an `InspectorProblem` as JSON.
 */
export const ROUTES = {
  script: 'inspector.js',
  style: 'inspector.css',
  config: 'api/config',
  stream: 'api/stream',
  session: (id: string): string => `api/sessions/${encodeURIComponent(id)}`,
  cancelTask: (id: string): string => `api/tasks/${encodeURIComponent(id)}/cancel`,
} as const;

/** Requests that change something carry this header with the value `1`: no form and no foreign page can send it. */
export const ACTION_HEADER = 'x-mcp-inspector';

/** The body of every answer with a status of 400 or more. */
export interface InspectorProblem {
  readonly code:
    /** 403: the guard refused. */
    | 'forbidden'
    /** 403: the option `actions` is off. */
    | 'actions-off'
    /** 403: the header `x-mcp-inspector` is missing, or another origin asks. */
    | 'not-same-origin'
    /** 404: there is no such session or task any more. */
    | 'unknown'
    /** 409: the task has ended already. */
    | 'ended'
    /** 503: Redis cannot be reached. */
    | 'unavailable'
    /** 503: as many pages watch as may. */
    | 'too-many-watchers'
    /** 500: see the log of the instance. */
    | 'failed';
  /** One sentence for people. */
  readonly message: string;
}

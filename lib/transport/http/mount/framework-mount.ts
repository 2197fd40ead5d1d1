import type { HttpContext } from '../http-context.js';
import type { HttpEndpoint } from '../http-endpoint.js';
import type { MetadataDocuments } from './metadata-documents.js';

/** The routes of a controller: how its handlers are marked, and those of Nest's routes that have the mark. */
export interface MarkedRoutes {
  isMarked(handlerOrConfig: object): boolean;
}

/** The endpoint on one HTTP framework: behind the routes of a controller, or next to Nest's router. */
export interface FrameworkMount {
  /** Where it is, with the prefixes and versions of the application; known once it is mounted. */
  readonly paths: ReadonlySet<string>;

  /** Puts the documents in front of the application's middleware and hooks, which may ask for a token. */
  answerDocuments(documents: MetadataDocuments): void;

  /**
   * Has the heads of requests judged, and their bodies read, in place of the application's parsers.
   *
   * @param endpoint returns the endpoint, which does not exist yet when this is called
   */
  receive(endpoint: () => HttpEndpoint | undefined): void;

  /** Mounts the endpoint for all methods, or for those that the controller has no handlers for. */
  mount(endpoint: HttpEndpoint): void;

  /**
   * Serves a request that a handler of the controller was given.
   *
   * @returns resolves when it was answered; for GET, when its event stream is open
   */
  serve(endpoint: HttpEndpoint, handled: HandledRequest): Promise<void>;
}

/** What Nest gives to a handler of the controller. */
export interface HandledRequest {
  readonly request: object;
  readonly response: object;
  /** Passes the request on to other routes. */
  readonly next: (() => void) | undefined;
  /** Called with each event of a stream once it was written. */
  readonly sent: HttpContext['sent'];
}

/**
 * The methods that the controller has no handlers for: the endpoint answers preflights, and 405 to the rest. Both
 * frameworks give HEAD to the handler of GET.
 */
export const OTHER_METHODS: readonly string[] = ['PUT', 'PATCH', 'OPTIONS'];

import type { JsonRpcRequest } from '../../protocol/messages.js';
import type { ClassifiedPost } from './classified-post.js';
import type { HttpContext } from './http-context.js';

/**
 * What an MCP request asks for. It stands in `mcp` of Node's own request object from the moment the request was
 * understood, so that an access log can name it.
 *
 * @publicApi
 */
export interface McpRequestLabel {
  /** The JSON-RPC method, such as `tools/call`. */
  readonly method: string;
  /** The tool, the prompt or the URI of the resource. Default: none. */
  readonly name?: string;
}

/** Of a batch, its first request or notification counts. */
export function labelRequest({ raw }: HttpContext, post: ClassifiedPost): void {
  const message = messageOf(post);
  if (message) (raw as { mcp?: McpRequestLabel }).mcp = labelOf(message);
}

type Labelled = Pick<JsonRpcRequest, 'method' | 'params'>;

function messageOf(post: ClassifiedPost): Labelled | undefined {
  switch (post.kind) {
    case 'modern':
    case 'initialize':
      return post.request;
    case 'legacy':
      return post.message.kind === 'response' ? undefined : post.message.message;
    case 'legacy-batch': {
      const first = post.messages.find(({ kind }) => kind !== 'response');
      return first?.message as Labelled | undefined;
    }
    default:
      return undefined;
  }
}

function labelOf({ method, params }: Labelled): McpRequestLabel {
  const name = params?.name ?? params?.uri;
  return typeof name === 'string' ? { method, name } : { method };
}

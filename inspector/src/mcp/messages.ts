/** JSON-RPC and MCP as far as the page reads them. A server may send more members than are named here. */

export type Params = Readonly<Record<string, unknown>>;
export type RequestId = string | number;

export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** A request, a notification or a response, told apart by their members. */
export interface Message {
  readonly jsonrpc: '2.0';
  readonly id?: RequestId;
  readonly method?: string;
  readonly params?: Params;
  readonly result?: Params;
  readonly error?: RpcError;
}

/** One thing that the server asks of its client: `elicitation/create`, `sampling/createMessage` or `roots/list`. */
export interface Question {
  readonly method: string;
  readonly params?: Params;
}

export type Questions = Readonly<Record<string, Question>>;
export type Answers = Readonly<Record<string, Params>>;

export const TASKS = 'io.modelcontextprotocol/tasks';

/** What the page can do for a server: a person sits in front of it, who answers everything. */
export const CAPABILITIES: Params = {
  elicitation: { form: {}, url: {} },
  sampling: {},
  roots: {},
  extensions: { [TASKS]: {} },
};

export const CLIENT_INFO = { name: 'nestjs-mcp-fleet-inspector', version: '1.0.0' };

/** The server answered a request with a JSON-RPC error. */
export class RpcFailure extends Error {
  constructor(readonly error: RpcError) {
    super(error.message);
  }
}

export const isRequest = (message: Message): boolean => message.method !== undefined && message.id !== undefined;
export const isNotification = (message: Message): boolean => message.method !== undefined && message.id === undefined;

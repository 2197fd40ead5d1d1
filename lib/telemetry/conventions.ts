/**
 * All names that this package gives to spans' attributes and to metrics. Those of OpenTelemetry's conventions for MCP
 * are still in development (semantic-conventions-genai, `docs/gen-ai/mcp.md`, read in November 2026), so they stand here
 * and not in a package whose constants come and go. Those below `mcp.fleet.` are our own.
 */
export const ATTRIBUTE = {
  method: 'mcp.method.name',
  tool: 'gen_ai.tool.name',
  prompt: 'gen_ai.prompt.name',
  operation: 'gen_ai.operation.name',
  arguments: 'gen_ai.tool.call.arguments',
  result: 'gen_ai.tool.call.result',
  resource: 'mcp.resource.uri',
  requestId: 'jsonrpc.request.id',
  revision: 'mcp.protocol.version',
  session: 'mcp.session.id',
  server: 'mcp.server.name',
  errorType: 'error.type',
  statusCode: 'rpc.response.status_code',
  transport: 'network.transport',
  protocol: 'network.protocol.name',
  clientAddress: 'client.address',
  instance: 'mcp.fleet.instance',
  outcome: 'mcp.fleet.outcome',
  accepted: 'mcp.fleet.answer.accepted',
  stream: 'mcp.fleet.stream.kind',
  leaseSide: 'mcp.fleet.lease.side',
  reason: 'mcp.fleet.refusal.reason',
} as const;

/** The value of `gen_ai.operation.name` for a tool. */
export const EXECUTE_TOOL = 'execute_tool';
/** The value of `error.type` for a result with `isError`. */
export const TOOL_ERROR = 'tool_error';
/** What stands for a method that the server does not have: clients must not decide how many names there are. */
export const OTHER = '_OTHER';

/** The boundaries that the conventions advise for durations, s. */
export const DURATION_BUCKETS: readonly number[] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];
/** Boundaries for what takes milliseconds, s. */
export const HOP_BUCKETS: readonly number[] = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1];

/** A metric: its name, its unit as UCUM has it, and what it tells. */
export interface MetricName {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
}

const metric = (name: string, unit: string, description: string): MetricName => ({ name, unit, description });

/** Histograms, counters, and then what is observed when metrics are collected. */
export const METRIC = {
  operationDuration: metric('mcp.server.operation.duration', 's', 'Duration of requests of clients'),
  sessionDuration: metric('mcp.server.session.duration', 's', 'Duration of sessions that their clients ended'),
  questionDuration: metric('mcp.client.operation.duration', 's', 'Duration of requests to clients'),
  hopDuration: metric('mcp.fleet.hop.duration', 's', 'Time of a message through Redis to another instance'),
  streamResumes: metric('mcp.fleet.stream.resumes', '{resume}', 'Streams that clients have resumed, by outcome'),
  leaseLosses: metric('mcp.fleet.lease.losses', '{loss}', 'Tasks that have changed hands'),
  refusals: metric('mcp.fleet.refusals', '{refusal}', 'HTTP requests that were refused before their method ran'),
  requests: metric('mcp.fleet.requests', '{request}', 'Requests that are being served'),
  streams: metric('mcp.fleet.streams', '{stream}', 'Open event streams of sessions'),
  heldStreams: metric('mcp.fleet.streams.held', '{stream}', 'Streams that are held open until Redis is available'),
  subscriptions: metric('mcp.fleet.subscriptions', '{subscription}', 'Open subscriptions of modern clients'),
  tasks: metric('mcp.fleet.tasks', '{task}', 'Tasks that run on the instance'),
  sessions: metric('mcp.fleet.sessions', '{session}', 'Sessions, on Redis those of the whole fleet'),
  requestBytes: metric('mcp.fleet.request.bytes', 'By', 'Bytes held for requests and for answers not read yet'),
  requestBytesLimit: metric('mcp.fleet.request.bytes.limit', 'By', 'The option maxRequestBytes'),
  storedBytes: metric('mcp.fleet.stored.bytes', 'By', 'Bytes stored for clients, on Redis those of the whole fleet'),
  storedBytesLimit: metric('mcp.fleet.stored.bytes.limit', 'By', 'The option maxStoredBytes'),
  brokerUp: metric('mcp.fleet.broker.up', '1', 'Whether messages of other instances arrive'),
} as const;

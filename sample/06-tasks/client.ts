/**
 * `node build/sample/06-tasks/client.js [url]` shows how a client of 2026-07-28 uses tasks, message by message: it
 * calls tools, polls their tasks, answers a question and cancels a task.
 */
import { setTimeout as pause } from 'node:timers/promises';

const url = process.argv[2] ?? 'http://127.0.0.1:3000/mcp';
const VERSION = '2026-07-28';
const _meta = {
  'io.modelcontextprotocol/protocolVersion': VERSION,
  'io.modelcontextprotocol/clientCapabilities': {
    elicitation: {},
    extensions: { 'io.modelcontextprotocol/tasks': {} },
  },
};

interface Task {
  readonly taskId: string;
  readonly status: 'working' | 'input_required' | 'completed' | 'failed' | 'cancelled';
  readonly statusMessage?: string;
  readonly pollIntervalMs: number;
  readonly inputRequests?: Record<string, { readonly params: { readonly message: string } }>;
  readonly result?: { readonly content: readonly { readonly text: string }[] };
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

async function request<T>(method: string, params: Record<string, unknown>): Promise<T> {
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': VERSION,
    'mcp-method': method,
    'mcp-name': String(params.name ?? params.taskId),
  };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta } });
  const response = await fetch(url, { method: 'POST', headers, body });
  const { result, error } = (await response.json()) as { result: T; error?: { message: string } };
  if (error) throw new Error(`${method}: ${error.message}`);
  return result;
}

const call = (name: string, args: Record<string, unknown>) => request<Task>('tools/call', { name, arguments: args });

/** Polls the task until it ends. */
async function follow({ taskId, pollIntervalMs }: Task): Promise<void> {
  for (let printed = ''; ; await pause(pollIntervalMs)) {
    const { status, statusMessage, inputRequests = {}, result } = await request<Task>('tasks/get', { taskId });
    const line = `  ${status} ${statusMessage ?? ''}`;
    if (line !== printed) print((printed = line));
    if (result) return print(`  ${result.content[0]!.text}`);
    if (status === 'failed' || status === 'cancelled') return;
    const keys = Object.keys(inputRequests);
    if (keys.length === 0) continue;
    for (const key of keys) print(`  asks: ${inputRequests[key]!.params.message} Yes.`);
    const inputResponses = Object.fromEntries(
      keys.map((key) => [key, { action: 'accept', content: { approved: true } }]),
    );
    await request('tasks/update', { taskId, inputResponses });
  }
}

print('write_report');
await follow(await call('write_report', { subject: 'Tides', pages: 3 }));

print('publish_report');
await follow(await call('publish_report', { subject: 'Tides' }));

print('write_report, cancelled');
const long = await call('write_report', { subject: 'Rivers', pages: 100 });
await request('tasks/cancel', { taskId: long.taskId });
await follow(long);

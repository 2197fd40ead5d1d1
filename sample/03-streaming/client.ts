/** `node build/sample/03-streaming/client.js [url]` calls the tools of this sample and prints what it receives. */
import { Client, type Progress, StreamableHTTPClientTransport, type Tool } from '@modelcontextprotocol/client';

const url = process.argv[2] ?? 'http://127.0.0.1:3000/mcp';
const print = (text: string) => process.stdout.write(`${text}\n`);
const printProgress = ({ progress, total, message }: Progress) => print(`  ${progress}/${total} ${message}`);

let toolsChanged = (_tools: Tool[] | null) => {};
const client = new Client(
  { name: 'sample-client', version: '1.0.0' },
  {
    versionNegotiation: { mode: 'auto' },
    listChanged: { tools: { onChanged: (_error, tools) => toolsChanged(tools) } },
  },
);
await client.connect(new StreamableHTTPClientTransport(new URL(url)));
print(`Connected, speaking ${client.getNegotiatedProtocolVersion()}`);

print('An inventory:');
const inventory = await client.callTool({ name: 'take_inventory' }, { onprogress: printProgress });
print(`  ${JSON.stringify(inventory.structuredContent)}`);

print('A search, cancelled after the second shelf:');
const cancellation = new AbortController();
const onprogress = (step: Progress) => {
  printProgress(step);
  if (step.progress === 2) cancellation.abort('seen enough');
};
const search = { name: 'search', arguments: { word: 'kingfisher' } };
await client.callTool(search, { onprogress, signal: cancellation.signal }).then(
  () => print('  The search finished before.'),
  () => print('  Called off. The server stops too: see its output.'),
);

print('A tool that was not there before:');
const tools = new Promise<Tool[] | null>((resolve) => (toolsChanged = resolve));
await client.callTool({ name: 'save_search', arguments: { name: 'kingfishers', word: 'kingfisher' } });
print(`  ${(await tools)?.map(({ name }) => name).join(', ')}`);
const found = await client.callTool({ name: 'find_kingfishers' });
print(`  ${JSON.stringify(found.content)}`);

await client.close();

/** node build/sample/03-streaming/client.js [url]: what a client sees of the tools of this sample. */
import { Client, type Progress, StreamableHTTPClientTransport, type Tool } from '@modelcontextprotocol/client';

const url = process.argv[2] ?? 'http://127.0.0.1:3000/mcp';
const say = (text: string) => process.stdout.write(`${text}\n`);
const tell = ({ progress, total, message }: Progress) => say(`  ${progress}/${total} ${message}`);

let toolsChanged = (_tools: Tool[] | null) => {};
const client = new Client(
  { name: 'sample-client', version: '1.0.0' },
  {
    versionNegotiation: { mode: 'auto' },
    listChanged: { tools: { onChanged: (_error, tools) => toolsChanged(tools) } },
  },
);
await client.connect(new StreamableHTTPClientTransport(new URL(url)));
say(`Connected, speaking ${client.getNegotiatedProtocolVersion()}`);

say('An inventory:');
const inventory = await client.callTool({ name: 'take_inventory' }, { onprogress: tell });
say(`  ${JSON.stringify(inventory.structuredContent)}`);

say('A search, called off after the second shelf:');
const patience = new AbortController();
const onprogress = (step: Progress) => {
  tell(step);
  if (step.progress === 2) patience.abort('seen enough');
};
const search = { name: 'search', arguments: { word: 'kingfisher' } };
await client.callTool(search, { onprogress, signal: patience.signal }).then(
  () => say('  It was faster.'),
  () => say('  Called off. The server stops too: see its output.'),
);

say('A tool that was not there before:');
const tools = new Promise<Tool[] | null>((resolve) => (toolsChanged = resolve));
await client.callTool({ name: 'save_search', arguments: { name: 'kingfishers', word: 'kingfisher' } });
say(`  ${(await tools)?.map(({ name }) => name).join(', ')}`);
const found = await client.callTool({ name: 'find_kingfishers' });
say(`  ${JSON.stringify(found.content)}`);

await client.close();

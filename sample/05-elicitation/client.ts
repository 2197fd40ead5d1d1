/**
 * `node client.js [url] [--legacy]` calls the tool "book" and answers its questions in place of a person. Without
 * `--legacy` the official client negotiates the modern revision, where each answer is a new call.
 */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

const [url = 'http://127.0.0.1:3000/mcp', flag] = process.argv.slice(2);
const mode = flag === '--legacy' ? 'legacy' : 'auto';

const client = new Client(
  { name: 'traveller', version: '1.0.0' },
  { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode } },
);

client.setRequestHandler('elicitation/create', async ({ params }) => {
  const isRegion = params.message.startsWith('Which part');
  const content: Record<string, string | number | boolean> = isRegion
    ? { region: 'south' }
    : { travellers: 2, pets: true };
  process.stdout.write(`? ${params.message} ${JSON.stringify(content)}\n`);
  return { action: 'accept', content };
});

await client.connect(new StreamableHTTPClientTransport(new URL(url)));
process.stdout.write(`Revision ${client.getNegotiatedProtocolVersion()}\n`);
const result = await client.callTool({ name: 'book', arguments: { city: 'Lisbon' } });
const [answer] = result.content as { text: string }[];
process.stdout.write(`! ${answer!.text}\n`);
await client.close();

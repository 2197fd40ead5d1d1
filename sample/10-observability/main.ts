import 'reflect-metadata';
// Before all else: what is registered when the application starts is used.
import './telemetry.js';
import { serve } from '../shared/serve.js';
import { AppModule } from './app.module.js';

const url = await serve(AppModule);
const origin = new URL(url).origin;

process.stdout.write(`
A shop serves MCP on ${url}, and tells what happens:
  ${origin}/traces    the last traces, as trees
  ${origin}/metrics   for Prometheus; docs/dashboards/fleet.json is a dashboard for Grafana
  ${origin}/health    for load balancers, by terminus

Try, in another terminal:
  npx @modelcontextprotocol/inspector --cli ${url} --transport http --method tools/call --tool-name price --tool-arg item=tea
  curl ${origin}/traces
  curl -s ${origin}/metrics | grep mcp_server
`);

import { Injectable } from '@nestjs/common';
import { McpApp, McpServer, McpSkill, McpTool, ToolError } from 'nestjs-mcp-fleet';
import { Desk, IncidentId, Report, Shift } from './desk.js';

const BOARD = 'ui://on-call-desk/board';

@Injectable()
export class DeskTools {
  constructor(
    private readonly desk: Desk,
    private readonly mcp: McpServer,
  ) {}

  /** A skill that a method makes: whom to call changes with every shift. */
  @McpSkill({
    path: 'desk/escalation',
    description: 'Whom to call, and when. Use it for an incident of high severity.',
  })
  escalation(): string {
    return `# Escalation\n\n${this.desk.onCall} is on call. Call at once for high severity, and in the morning for low.\n`;
  }

  @McpTool({ description: 'Hands the shift over to somebody else' })
  async hand_over({ name }: Shift): Promise<string> {
    this.desk.onCall = name;
    await this.mcp.reloadSkills();
    return `${name} is on call. The skill "escalation" says so.`;
  }

  @McpTool({ description: 'All open incidents', app: BOARD })
  incidents() {
    return { incidents: this.desk.incidents };
  }

  @McpTool({ description: 'Opens an incident' })
  open_incident(report: Report) {
    return this.desk.open(report);
  }

  /** For the button on the board. The model has no such tool. */
  @McpTool({ app: { uri: BOARD, visibility: ['app'] } })
  close_incident({ id }: IncidentId) {
    if (!this.desk.close(id)) throw new ToolError(`There is no open incident ${id}.`);
    return { incidents: this.desk.incidents };
  }

  @McpApp({
    uri: BOARD,
    title: 'Incidents',
    description: 'The open incidents, each with a button',
    prefersBorder: true,
  })
  board(): string {
    return PAGE;
  }
}

/** A page without anything from elsewhere. It talks to its host, and the host calls this server. */
const PAGE = `<!doctype html>
<html lang="en">
  <meta charset="utf-8" />
  <title>Incidents</title>
  <style>
    body { font: 1rem system-ui; color: var(--color-text-primary, CanvasText); }
    li { margin-block: 0.5rem; }
  </style>
  <h1>Incidents</h1>
  <ul id="list" aria-live="polite"></ul>
  <script>
    const waiting = new Map();
    let last = 0;
    const send = (message) => parent.postMessage({ jsonrpc: '2.0', ...message }, '*');
    const ask = (method, params) =>
      new Promise((resolve) => {
        waiting.set(++last, resolve);
        send({ id: last, method, params });
      });
    const show = ({ incidents }) =>
      document.getElementById('list').replaceChildren(
        ...incidents.map(({ id, title, severity }) => {
          const item = document.createElement('li');
          const button = document.createElement('button');
          button.textContent = 'Close';
          button.onclick = async () => {
            const result = await ask('tools/call', { name: 'close_incident', arguments: { id } });
            if (result) show(result.structuredContent ?? JSON.parse(result.content[0].text));
          };
          item.append(severity + ': ' + title + ' ', button);
          return item;
        }),
      );
    addEventListener('message', ({ data }) => {
      if (data?.method === 'ui/notifications/tool-result') {
        const { structuredContent, content } = data.params;
        show(structuredContent ?? JSON.parse(content[0].text));
      } else if (waiting.has(data?.id)) {
        waiting.get(data.id)(data.result);
        waiting.delete(data.id);
      }
    });
    const about = { name: 'incidents', version: '1.0.0' };
    ask('ui/initialize', { protocolVersion: '2026-01-26', appInfo: about, appCapabilities: {} }).then(() =>
      send({ method: 'ui/notifications/initialized', params: {} }),
    );
  </script>
</html>
`;

import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { fieldOfSchema } from '../../form/field-of-schema.js';
import type { Request } from '../../mcp/connection.js';
import type { Params } from '../../mcp/messages.js';
import { ContentBlock } from '../../parts/content-block.js';
import { CodeView, JsonView } from '../../parts/json-view.js';
import { Badge } from '../../parts/notice.js';
import { SchemaForm } from '../../parts/schema-form.js';
import { useApp } from '../../state/app-state.js';
import type { Tool } from '../../state/catalog.js';
import { CurlView } from './curl-view.js';
import { Outcome } from './outcome.js';

/** One tool: its form, and what came of its latest call. */
export function ToolView({ tool }: { tool: Tool }): JSX.Element {
  const { tryIt } = useApp();
  const asTask = useSignal(tool.execution?.taskSupport === 'required');
  const copied = useSignal<Request | undefined>(undefined);
  const key = `tool ${tool.name}`;
  const requestOf = (args: unknown): Request => ({
    method: 'tools/call',
    params: { name: tool.name, arguments: args ?? {} },
    schema: tool.inputSchema,
    asTask: asTask.value,
  });
  // Only in the legacy era is it the client that decides.
  const mayBeTask = tryIt.settings.value.era === 'legacy' && tool.execution?.taskSupport === 'optional';
  return (
    <article>
      <h2 class="mono">{tool.name}</h2>
      {tool.title && <p>{tool.title}</p>}
      <p>{tool.description}</p>
      <Annotations tool={tool} />
      {mayBeTask && (
        <label class="check">
          <input
            type="checkbox"
            checked={asTask.value}
            onChange={(event) => (asTask.value = event.currentTarget.checked)}
          />
          As a task
        </label>
      )}
      <SchemaForm
        label={`Arguments of ${tool.name}`}
        field={fieldOfSchema(tool.inputSchema)}
        actions={[
          { label: 'Call', run: (args) => tryIt.call(key, requestOf(args)) },
          { label: 'As curl', run: (args) => (copied.value = requestOf(args)) },
        ]}
      />
      {copied.value && <CurlView request={copied.value} />}
      <Outcome invocationKey={key} result={(result) => <ToolResult result={result} />} />
      <details>
        <summary>Schemas</summary>
        <JsonView value={tool.inputSchema} label="Schema of the arguments" />
        {tool.outputSchema && <JsonView value={tool.outputSchema} label="Schema of the result" />}
      </details>
    </article>
  );
}

const HINTS: Readonly<Record<string, string>> = {
  readOnlyHint: 'reads only',
  destructiveHint: 'destructive',
  idempotentHint: 'idempotent',
  openWorldHint: 'open world',
};

function Annotations({ tool: { annotations = {}, execution } }: { tool: Tool }): JSX.Element {
  const hints = Object.entries(HINTS).filter(([name]) => annotations[name] === true);
  return (
    <p class="line">
      {hints.map(([name, text]) => (
        <Badge key={name} tone={name === 'destructiveHint' ? 'warn' : 'plain'}>
          {text}
        </Badge>
      ))}
      {execution?.taskSupport && execution.taskSupport !== 'forbidden' && (
        <Badge>{`task ${execution.taskSupport}`}</Badge>
      )}
    </p>
  );
}

function ToolResult({ result }: { result: Params }): JSX.Element {
  const {
    content = [],
    structuredContent,
    _meta,
  } = result as {
    content?: readonly Params[];
    structuredContent?: unknown;
    _meta?: unknown;
  };
  return (
    <div class="result">
      {structuredContent !== undefined && (
        <>
          <h3>Structured content</h3>
          <JsonView value={structuredContent} label="Structured content" />
        </>
      )}
      {content.map((block, index) => (
        <ContentBlock key={index} block={block} />
      ))}
      {_meta !== undefined && (
        <details>
          <summary>Metadata</summary>
          <CodeView text={JSON.stringify(_meta, undefined, 2)} label="Metadata of the result" />
        </details>
      )}
    </div>
  );
}

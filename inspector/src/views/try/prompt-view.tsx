import type { JSX } from 'preact';
import type { Field } from '../../form/field.js';
import type { Params } from '../../mcp/messages.js';
import { ContentBlock } from '../../parts/content-block.js';
import { SchemaForm } from '../../parts/schema-form.js';
import { useApp } from '../../state/app-state.js';
import type { Prompt } from '../../state/catalog.js';
import { Outcome } from './outcome.js';

/** One prompt: its arguments, completed by the server, and the messages it makes. */
export function PromptView({ prompt }: { prompt: Prompt }): JSX.Element {
  const { tryIt } = useApp();
  const key = `prompt ${prompt.name}`;
  const ref = { type: 'ref/prompt', name: prompt.name };
  const get = (args: unknown): void =>
    tryIt.call(key, { method: 'prompts/get', params: { name: prompt.name, arguments: args ?? {} } });
  return (
    <article>
      <h2 class="mono">{prompt.name}</h2>
      {prompt.title && <p>{prompt.title}</p>}
      <p>{prompt.description}</p>
      <SchemaForm
        label={`Arguments of ${prompt.name}`}
        field={fieldOf(prompt)}
        actions={[{ label: 'Get', run: get }]}
        complete={(...about) => tryIt.complete(ref, ...about)}
      />
      <Outcome invocationKey={key} result={(result) => <PromptResult result={result} />} />
    </article>
  );
}

/** Arguments of prompts are texts. */
const fieldOf = ({ arguments: all = [] }: Prompt): Field => ({
  kind: 'group',
  name: '',
  label: '',
  isRequired: true,
  fields: all.map(({ name, title, description, required = false }) => ({
    kind: 'text',
    input: 'text',
    name,
    label: title ?? name,
    isRequired: required,
    ...(description !== undefined && { description }),
  })),
});

function PromptResult({ result }: { result: Params }): JSX.Element {
  const { messages = [] } = result as { messages?: readonly { readonly role: string; readonly content: Params }[] };
  return (
    <ol class="conversation">
      {messages.map(({ role, content }, index) => (
        <li key={index}>
          <h3>{role}</h3>
          <ContentBlock block={content} />
        </li>
      ))}
    </ol>
  );
}

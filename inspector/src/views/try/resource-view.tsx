import type { JSX } from 'preact';
import { parseUriTemplate } from '../../../../lib/protocol/uri-template.js';
import type { Field } from '../../form/field.js';
import type { Params } from '../../mcp/messages.js';
import { type Contents, ContentsView } from '../../parts/content-block.js';
import { SchemaForm } from '../../parts/schema-form.js';
import { useApp } from '../../state/app-state.js';
import type { Resource, Template } from '../../state/catalog.js';
import { Outcome } from './outcome.js';

/** One resource: what it contains, and whether its updates are announced. */
export function ResourceView({ resource }: { resource: Pick<Resource, 'uri'> & Partial<Resource> }): JSX.Element {
  const { tryIt } = useApp();
  const { uri, title, name, description } = resource;
  const isSubscribed = tryIt.subscribed.value.includes(uri);
  return (
    <article>
      <h2>{title ?? name ?? 'Resource'}</h2>
      <p class="mono">{uri}</p>
      <p>{description}</p>
      <div class="actions">
        <button type="button" class="primary" onClick={() => tryIt.call(keyOf(uri), readOf(uri))}>
          Read
        </button>
        <label class="check">
          <input
            type="checkbox"
            checked={isSubscribed}
            onChange={(event) => tryIt.setSubscribed(uri, event.currentTarget.checked)}
          />
          Tell me of updates
        </label>
      </div>
      <Outcome invocationKey={keyOf(uri)} result={(result) => <ReadResult result={result} />} />
    </article>
  );
}

/** A template: its variables, completed by the server, make the URI of a resource. */
export function TemplateView({ template }: { template: Template }): JSX.Element {
  const { tryIt } = useApp();
  const { uriTemplate, title, name, description } = template;
  const parsed = parseUriTemplate(uriTemplate);
  const ref = { type: 'ref/resource', uri: uriTemplate };
  const key = `template ${uriTemplate}`;
  const read = (values: unknown): void => tryIt.call(key, readOf(parsed.expand(values as Record<string, string>)));
  return (
    <article>
      <h2>{title ?? name}</h2>
      <p class="mono">{uriTemplate}</p>
      <p>{description}</p>
      <SchemaForm
        label="Variables"
        field={fieldOf(parsed.variables)}
        actions={[{ label: 'Read', run: read }]}
        complete={(...about) => tryIt.complete(ref, ...about)}
      />
      <Outcome invocationKey={key} result={(result) => <ReadResult result={result} />} />
    </article>
  );
}

const keyOf = (uri: string): string => `resource ${uri}`;
const readOf = (uri: string): { method: string; params: Params } => ({ method: 'resources/read', params: { uri } });

const fieldOf = (variables: readonly string[]): Field => ({
  kind: 'group',
  name: '',
  label: '',
  isRequired: true,
  fields: variables.map((name) => ({ kind: 'text', input: 'text', name, label: name, isRequired: false })),
});

function ReadResult({ result }: { result: Params }): JSX.Element {
  const { contents = [] } = result as { contents?: readonly Contents[] };
  return (
    <div class="result">
      {contents.map((one, index) => (
        <ContentsView key={index} contents={one} />
      ))}
    </div>
  );
}

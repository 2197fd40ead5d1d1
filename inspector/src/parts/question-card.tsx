import type { JSX } from 'preact';
import { fieldOfSchema } from '../form/field-of-schema.js';
import type { Params } from '../mcp/messages.js';
import type { OpenQuestion } from '../state/invocation.js';
import { UriView } from './content-block.js';
import { JsonView } from './json-view.js';
import { type FormAction, SchemaForm } from './schema-form.js';

/** A question of the server, answered by the person in front of the page. */
export function QuestionCard({ open }: { open: OpenQuestion }): JSX.Element {
  const { method, params = {} } = open.question;
  return (
    <section class="question" aria-label="The server asks">
      <h3>{(params['message'] as string | undefined) ?? TITLES[method] ?? method}</h3>
      {method === 'elicitation/create' ? (
        params['mode'] === 'url' ? (
          <UrlQuestion url={String(params['url'])} open={open} />
        ) : (
          <FormQuestion schema={params['requestedSchema']} open={open} />
        )
      ) : method === 'sampling/createMessage' ? (
        <SamplingQuestion params={params} open={open} />
      ) : (
        <RootsQuestion open={open} />
      )}
    </section>
  );
}

const TITLES: Readonly<Record<string, string>> = {
  'sampling/createMessage': 'The server asks the model of its client: answer in its place',
  'roots/list': 'The server asks for the folders that its client works in',
};

const refusals = (open: OpenQuestion): readonly FormAction[] => [
  { label: 'Decline', isWithoutValue: true, run: () => open.answer({ action: 'decline' }) },
  { label: 'Dismiss', isWithoutValue: true, run: () => open.answer({ action: 'cancel' }) },
];

function FormQuestion({ schema, open }: { schema: unknown; open: OpenQuestion }): JSX.Element {
  const accept: FormAction = {
    label: 'Answer',
    run: (content) => open.answer({ action: 'accept', content }),
  };
  return <SchemaForm label="Your answer" field={fieldOfSchema(schema)} actions={[accept, ...refusals(open)]} />;
}

function UrlQuestion({ url, open }: { url: string; open: OpenQuestion }): JSX.Element {
  return (
    <>
      <p class="mono">
        <UriView uri={url} />
      </p>
      <div class="actions">
        <button type="button" class="primary" onClick={() => open.answer({ action: 'accept' })}>
          I opened it
        </button>
        {refusals(open).map(({ label, run }) => (
          <button type="button" class="quiet" key={label} onClick={() => run(undefined)}>
            {label}
          </button>
        ))}
      </div>
    </>
  );
}

const REPLY = fieldOfSchema({
  type: 'object',
  properties: { text: { type: 'string', title: 'Reply', maxLength: 100_000 } },
  required: ['text'],
});

function SamplingQuestion({ params, open }: { params: Params; open: OpenQuestion }): JSX.Element {
  const answer = (value: unknown): void => {
    const { text } = value as { text: string };
    open.answer({ role: 'assistant', content: { type: 'text', text }, model: 'a person', stopReason: 'endTurn' });
  };
  return (
    <>
      <JsonView value={params['messages']} label="Messages to the model" />
      <SchemaForm label="The model's reply" field={REPLY} actions={[{ label: 'Answer', run: answer }]} />
    </>
  );
}

const ROOTS = fieldOfSchema({
  type: 'object',
  properties: {
    roots: {
      type: 'array',
      title: 'Folders',
      description: 'URIs that begin with file://',
      items: { type: 'string', title: 'Folder', format: 'uri', examples: ['file:///home/me/project'] },
    },
  },
});

function RootsQuestion({ open }: { open: OpenQuestion }): JSX.Element {
  const answer = (value: unknown): void => {
    const { roots = [] } = value as { roots?: readonly string[] };
    open.answer({ roots: roots.map((uri) => ({ uri })) });
  };
  return <SchemaForm label="Folders" field={ROOTS} actions={[{ label: 'Answer', run: answer }]} />;
}

import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { Empty } from '../../parts/notice.js';
import { useApp } from '../../state/app-state.js';
import type { Catalog } from '../../state/catalog.js';
import { ConnectionBar } from './connection-bar.js';
import { MessagesView } from './messages-view.js';
import { type Listed, PrimitiveList } from './primitive-list.js';
import { PromptView } from './prompt-view.js';
import { ResourceView, TemplateView } from './resource-view.js';
import { ToolView } from './tool-view.js';

/** Everything that a client can do with this server, done by hand. */
export function TryView({ section, chosen }: { section: string; chosen: string | undefined }): JSX.Element {
  const { config, tryIt } = useApp();
  const isReachable = config.endpoints.length > 0;
  useEffect(() => {
    if (isReachable && tryIt.status.peek().kind === 'closed') void tryIt.connect();
  }, []);
  if (!isReachable) return <Empty>This server only speaks over stdio, where a page cannot reach it.</Empty>;
  return (
    <>
      <ConnectionBar />
      <Section section={section} chosen={chosen} catalog={tryIt.catalog.value} />
    </>
  );
}

interface Properties {
  readonly section: string;
  readonly chosen: string | undefined;
  readonly catalog: Catalog;
}

function Section({ section, chosen, catalog }: Properties): JSX.Element {
  switch (section) {
    case 'resources':
      return <Resources chosen={chosen} catalog={catalog} />;
    case 'prompts':
      return <Prompts chosen={chosen} catalog={catalog} />;
    case 'messages':
      return <MessagesView />;
    default:
      return <Tools chosen={chosen} catalog={catalog} />;
  }
}

type Chosen = Omit<Properties, 'section'>;

function Tools({ chosen, catalog: { tools } }: Chosen): JSX.Element {
  const tool = tools.find(({ name }) => name === chosen);
  const items = tools.map((one): Listed => ({ id: one.name, title: one.name, hint: one.title ?? one.description }));
  return (
    <PrimitiveList kind="tools" items={items} chosen={chosen}>
      {tool ? <ToolView key={tool.name} tool={tool} /> : <Empty>Choose a tool.</Empty>}
    </PrimitiveList>
  );
}

function Resources({ chosen, catalog: { resources, templates } }: Chosen): JSX.Element {
  const items = [
    ...resources.map((one): Listed => ({ id: one.uri, title: one.uri, hint: one.title ?? one.description })),
    ...templates.map((one): Listed => ({
      id: one.uriTemplate,
      title: one.uriTemplate,
      hint: one.title ?? one.description,
    })),
  ];
  const template = templates.find(({ uriTemplate }) => uriTemplate === chosen);
  // A result may link to a resource that no list has.
  const resource = resources.find(({ uri }) => uri === chosen) ?? (chosen === undefined ? undefined : { uri: chosen });
  return (
    <PrimitiveList kind="resources" items={items} chosen={chosen}>
      {template ? (
        <TemplateView key={template.uriTemplate} template={template} />
      ) : resource ? (
        <ResourceView key={resource.uri} resource={resource} />
      ) : (
        <Empty>Choose a resource.</Empty>
      )}
    </PrimitiveList>
  );
}

function Prompts({ chosen, catalog: { prompts } }: Chosen): JSX.Element {
  const prompt = prompts.find(({ name }) => name === chosen);
  const items = prompts.map((one): Listed => ({ id: one.name, title: one.name, hint: one.title ?? one.description }));
  return (
    <PrimitiveList kind="prompts" items={items} chosen={chosen}>
      {prompt ? <PromptView key={prompt.name} prompt={prompt} /> : <Empty>Choose a prompt.</Empty>}
    </PrimitiveList>
  );
}

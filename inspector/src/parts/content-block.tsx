import type { ComponentChildren, JSX } from 'preact';
import type { Params } from '../mcp/messages.js';
import { hrefOf } from '../state/route.js';
import { AudioPlayer } from './audio-player.js';
import { Download } from './download.js';
import { CodeView, JsonView } from './json-view.js';

interface Block {
  readonly type?: string;
  readonly text?: string;
  readonly data?: string;
  readonly mimeType?: string;
  readonly uri?: string;
  readonly name?: string;
  readonly title?: string;
  readonly description?: string;
  readonly resource?: Contents;
}

/** What a resource consists of: text, or bytes as Base64. */
export interface Contents {
  readonly uri: string;
  readonly mimeType?: string;
  readonly text?: string;
  readonly blob?: string;
}

/** One block of content of a result or a prompt. */
export function ContentBlock({ block }: { block: Params }): JSX.Element {
  const content = block as Block;
  switch (content.type) {
    case 'text':
      return <TextView text={content.text ?? ''} mimeType={undefined} />;
    case 'image':
      return <ImageView data={content.data ?? ''} mimeType={content.mimeType ?? 'image/png'} />;
    case 'audio':
      return <AudioPlayer data={content.data ?? ''} mimeType={content.mimeType ?? 'audio/wav'} />;
    case 'resource':
      return <ContentsView contents={content.resource!} />;
    case 'resource_link':
      return <ResourceLink {...content} />;
    default:
      return <JsonView value={block} label="Content" />;
  }
}

export function ContentsView({ contents }: { contents: Contents }): JSX.Element {
  const { uri, mimeType = '', text, blob } = contents;
  return (
    <figure>
      <figcaption class="mono">
        <UriView uri={uri} /> {mimeType}
      </figcaption>
      {text !== undefined && <TextView text={text} mimeType={mimeType} />}
      {blob !== undefined && <BlobView data={blob} mimeType={mimeType} />}
    </figure>
  );
}

function BlobView({ data, mimeType }: { data: string; mimeType: string }): JSX.Element {
  if (mimeType.startsWith('image/')) return <ImageView data={data} mimeType={mimeType} />;
  if (mimeType.startsWith('audio/')) return <AudioPlayer data={data} mimeType={mimeType} />;
  return <Download data={data} mimeType={mimeType || 'application/octet-stream'} />;
}

/** Text that is JSON is indented. */
function TextView({ text, mimeType }: { text: string; mimeType: string | undefined }): JSX.Element {
  const json = mimeType === undefined || mimeType.includes('json') ? indented(text) : undefined;
  return <CodeView text={json ?? text} label="Text" />;
}

function indented(text: string): string | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return undefined;
  }
}

/** A picture in an `img` runs no scripts, whatever an SVG contains. */
function ImageView({ data, mimeType }: { data: string; mimeType: string }): JSX.Element {
  return <img class="picture" src={`data:${mimeType};base64,${data}`} alt={`Image of the type ${mimeType}`} />;
}

function ResourceLink({ uri = '', name, title, description }: Block): JSX.Element {
  return (
    <p>
      <a href={hrefOf('try', 'resources', uri)}>{title ?? name ?? uri}</a> <span class="mono">{uri}</span>
      {description && ` ${description}`}
    </p>
  );
}

/** Only web pages are links: other schemes may run what they say. */
export function UriView({ uri, children = uri }: { uri: string; children?: ComponentChildren }): JSX.Element {
  if (!/^https?:\/\//i.test(uri)) return <>{children}</>;
  return (
    <a href={uri} target="_blank" rel="noreferrer noopener">
      {children}
    </a>
  );
}

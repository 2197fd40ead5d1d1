import type { Annotations, CallToolResult, ContentBlock, GetPromptResult } from './content.js';
import { text } from './content.js';
import type { Implementation } from './definitions.js';
import type { JsonObject } from './messages.js';
import { TRAITS, type Revision, type RevisionTraits } from './revisions.js';
import { wrapOutput, wrapOutputSchema } from './wrapped-output.js';

/** A definition (tool, resource, template, prompt) reduced to the fields the revision has (§2.6). */
export function projectDefinition(definition: object, revision: Revision): JsonObject {
  const traits = TRAITS[revision];
  const out: JsonObject = { ...definition };
  if (!traits.icons) delete out.icons;
  if (!traits.execution) delete out.execution;
  if (!traits.titles) {
    delete out.title;
    delete out._meta;
    if (Array.isArray(out.arguments))
      out.arguments = out.arguments.map((a: JsonObject) => ({ ...a, title: undefined }));
  }
  if (!traits.annotations && 'inputSchema' in out) delete out.annotations;
  else if (out.annotations !== undefined) out.annotations = projectAnnotations(out.annotations as Annotations, traits);
  if (traits.structuredContent === 'none') delete out.outputSchema;
  else if (traits.structuredContent === 'object' && 'outputSchema' in out) {
    out.outputSchema = wrapOutputSchema(out.outputSchema);
  }
  return out;
}

export function projectToolResult(result: CallToolResult, revision: Revision, outputSchema?: unknown): CallToolResult {
  const traits = TRAITS[revision];
  if (traits.structuredContent === 'any') return result;
  const out: { -readonly [K in keyof CallToolResult]: CallToolResult[K] } = { ...result };
  out.content = projectContents(result.content, traits);
  if (traits.structuredContent === 'none') delete out.structuredContent;
  else if (out.structuredContent !== undefined) out.structuredContent = wrapOutput(out.structuredContent, outputSchema);
  return out;
}

export function projectPromptResult(result: GetPromptResult, revision: Revision): GetPromptResult {
  const traits = TRAITS[revision];
  if (traits.resourceLinks) return result;
  return { ...result, messages: result.messages.map((m) => ({ ...m, content: projectContent(m.content, traits) })) };
}

export const projectImplementation = (info: Implementation, revision: Revision): JsonObject => {
  const traits = TRAITS[revision];
  const out: JsonObject = { ...info };
  if (!traits.titles) delete out.title;
  if (!traits.icons) for (const field of ['icons', 'description', 'websiteUrl']) delete out[field];
  return out;
};

const projectContents = (blocks: readonly ContentBlock[], traits: RevisionTraits): readonly ContentBlock[] =>
  traits.resourceLinks ? blocks : blocks.map((block) => projectContent(block, traits));

/** Replaces blocks an older client cannot parse by a text. `_meta` was added in the same revision as resource links. */
function projectContent(block: ContentBlock, traits: RevisionTraits): ContentBlock {
  if (traits.resourceLinks) return block;
  if (block.type === 'resource_link') return text(`${block.title ?? block.name}: ${block.uri}`);
  if (block.type === 'audio' && !traits.audio) return text(`[audio, ${block.mimeType}]`);
  const plain = withoutMeta(block);
  const annotated = plain.annotations
    ? { ...plain, annotations: projectAnnotations(plain.annotations, traits) }
    : plain;
  return annotated.type === 'resource' ? { ...annotated, resource: withoutMeta(annotated.resource) } : annotated;
}

function withoutMeta<T extends { readonly _meta?: JsonObject }>(value: T): T {
  const { _meta, ...rest } = value;
  return rest as T;
}

function projectAnnotations(annotations: Annotations, traits: RevisionTraits): Annotations {
  if (traits.titles || !('lastModified' in annotations)) return annotations;
  const { lastModified: _, ...rest } = annotations;
  return rest;
}

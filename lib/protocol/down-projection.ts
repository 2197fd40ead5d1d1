import type { CallToolResult, ContentBlock, GetPromptResult } from './content.js';
import { text } from './content.js';
import type { Implementation } from './definitions.js';
import { isObject, type JsonObject } from './messages.js';
import { TRAITS, type Revision, type RevisionTraits } from './revisions.js';

/** A definition (tool, resource, template, prompt) with only the fields the revision knows (§2.6). */
export function projectDefinition(definition: object, revision: Revision): JsonObject {
  const traits = TRAITS[revision];
  const out: JsonObject = { ...definition };
  if (!traits.icons) delete out.icons;
  if (!traits.titles) {
    delete out.title;
    delete out._meta;
    if (Array.isArray(out.arguments))
      out.arguments = out.arguments.map((a: JsonObject) => ({ ...a, title: undefined }));
  }
  if (!traits.annotations && 'inputSchema' in out) delete out.annotations;
  if ('outputSchema' in out) {
    const schema = projectOutputSchema(out.outputSchema, traits);
    if (schema === undefined) delete out.outputSchema;
    else out.outputSchema = schema;
  }
  return out;
}

const isObjectRoot = (schema: unknown) => isObject(schema) && schema.type === 'object';

/** Legacy revisions know object roots only; anything else travels as `{ result: … }`, schema and value alike. */
function projectOutputSchema(schema: unknown, traits: RevisionTraits): unknown {
  if (traits.structuredContent === 'none') return undefined;
  if (traits.structuredContent === 'any' || isObjectRoot(schema)) return schema;
  return { type: 'object', properties: { result: schema }, required: ['result'] };
}

export function projectToolResult(result: CallToolResult, revision: Revision, outputSchema?: unknown): CallToolResult {
  const traits = TRAITS[revision];
  if (traits.structuredContent === 'any') return result;
  const out: { -readonly [K in keyof CallToolResult]: CallToolResult[K] } = { ...result };
  out.content = projectContents(result.content, traits);
  if (traits.structuredContent === 'none') delete out.structuredContent;
  else if (out.structuredContent !== undefined && outputSchema !== undefined && !isObjectRoot(outputSchema)) {
    out.structuredContent = { result: out.structuredContent };
  } else if (out.structuredContent !== undefined && !isObject(out.structuredContent)) {
    out.structuredContent = { result: out.structuredContent };
  }
  return out;
}

export function projectPromptResult(result: GetPromptResult, revision: Revision): GetPromptResult {
  const traits = TRAITS[revision];
  if (traits.resourceLinks && traits.audio) return result;
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
  traits.resourceLinks && traits.audio ? blocks : blocks.map((block) => projectContent(block, traits));

/** Blocks an older client cannot parse become text that says what was there. */
function projectContent(block: ContentBlock, traits: RevisionTraits): ContentBlock {
  if (block.type === 'resource_link' && !traits.resourceLinks)
    return text(`${block.title ?? block.name}: ${block.uri}`);
  if (block.type === 'audio' && !traits.audio) return text(`[audio, ${block.mimeType}]`);
  return block;
}

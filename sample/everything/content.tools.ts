import { Injectable } from '@nestjs/common';
import {
  type AudioContent,
  type ContentBlock,
  type EmbeddedResource,
  type ImageContent,
  McpTool,
  ToolError,
} from 'nestjs-mcp-fleet';
import { PNG, WAV } from './media.js';

const image: ImageContent = { type: 'image', data: PNG, mimeType: 'image/png' };
const audio: AudioContent = { type: 'audio', data: WAV, mimeType: 'audio/wav' };

const embedded = (uri: string, mimeType: string, text: string): EmbeddedResource => ({
  type: 'resource',
  resource: { uri, mimeType, text },
});

/** Every kind of content that a tool can return. */
@Injectable()
export class ContentTools {
  @McpTool({ name: 'test_simple_text', description: 'Answers with text' })
  simpleText(): string {
    return 'This is a simple text response for testing.';
  }

  @McpTool({ name: 'test_image_content', description: 'Answers with an image' })
  image(): ImageContent {
    return image;
  }

  @McpTool({ name: 'test_audio_content', description: 'Answers with sound' })
  audio(): AudioContent {
    return audio;
  }

  @McpTool({ name: 'test_embedded_resource', description: 'Answers with a resource inside the result' })
  embeddedResource(): EmbeddedResource {
    return embedded('test://embedded-resource', 'text/plain', 'This is an embedded resource content.');
  }

  @McpTool({ name: 'test_multiple_content_types', description: 'Answers with text, an image and a resource' })
  mixed(): ContentBlock[] {
    const json = JSON.stringify({ test: 'data', value: 123 });
    return [
      { type: 'text', text: 'Multiple content types test:' },
      image,
      embedded('test://mixed-content-resource', 'application/json', json),
    ];
  }

  @McpTool({ name: 'test_error_handling', description: 'Always fails' })
  failing(): never {
    throw new ToolError('This tool intentionally returns an error for testing');
  }
}

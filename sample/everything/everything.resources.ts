import { Injectable } from '@nestjs/common';
import { McpResource } from 'nestjs-mcp-fleet';
import { TemplateVariables } from './everything.dto.js';
import { PNG } from './media.js';

@Injectable()
export class EverythingResources {
  #watchedVersion = 1;

  @McpResource({ uri: 'test://static-text', name: 'static-text', description: 'A text', mimeType: 'text/plain' })
  text(): string {
    return 'This is the content of the static text resource.';
  }

  @McpResource({ uri: 'test://static-binary', name: 'static-binary', description: 'A picture', mimeType: 'image/png' })
  binary(): Uint8Array {
    return Buffer.from(PNG, 'base64');
  }

  @McpResource({
    uri: 'test://watched-resource',
    name: 'watched-resource',
    description: 'A text that test_trigger_resource_update changes',
    mimeType: 'text/plain',
  })
  watched(): string {
    return `Version ${this.#watchedVersion} of the watched resource.`;
  }

  @McpResource({
    uri: 'test://template/{id}/data',
    name: 'template-data',
    description: 'The data of one id',
    mimeType: 'application/json',
  })
  data({ id }: TemplateVariables) {
    return { id, templateTest: true, data: `Data for ID: ${id}` };
  }

  /** @returns the new version */
  rewriteWatched(): number {
    return ++this.#watchedVersion;
  }
}

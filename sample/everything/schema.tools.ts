import { Injectable } from '@nestjs/common';
import { McpTool } from 'nestjs-mcp-fleet';
import { type Contact, contactSchema } from './contact.schema.js';
import { RegionArguments } from './everything.dto.js';

/** Tools that test input schemas. */
@Injectable()
export class SchemaTools {
  @McpTool({
    name: 'json_schema_2020_12_tool',
    description: 'Has an input schema with keywords of JSON Schema 2020-12',
    input: contactSchema,
  })
  contact({ name, contactMethod }: Contact): string {
    return `${name ?? 'Somebody'} wants to be reached by ${contactMethod ?? 'any means'}.`;
  }

  @McpTool({ name: 'test_x_mcp_header', description: 'Has an argument that clients repeat as an HTTP header' })
  header({ region }: RegionArguments): string {
    return `Region: ${region}`;
  }
}

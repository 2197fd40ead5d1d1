import { IsString } from 'class-validator';
import { McpProperty } from 'nestjs-mcp-fleet';

export class RegionArguments {
  @IsString()
  @McpProperty({ description: 'Where to run; gateways may route by it', header: 'Region' })
  region!: string;
}

export class TwoArguments {
  @IsString()
  @McpProperty({ description: 'First test argument' })
  arg1!: string;

  @IsString()
  @McpProperty({ description: 'Second test argument' })
  arg2!: string;
}

export class EmbeddingArguments {
  @IsString()
  @McpProperty({ description: 'URI of the resource to embed' })
  resourceUri!: string;
}

export class TemplateVariables {
  @IsString()
  id!: string;
}

import { Injectable, NotFoundException } from '@nestjs/common';
import { IsString, MaxLength } from 'class-validator';
import { McpContext, McpTool, ToolError } from 'nestjs-mcp-fleet';

export class CityQuery {
  @IsString() @MaxLength(80) city: string;
}

@Injectable()
export class WeatherTools {
  @McpTool({ description: 'The weather of a city' })
  weather(query: CityQuery, ctx: McpContext): string {
    if (query.city === 'Atlantis') throw new ToolError('Atlantis has no weather.');
    if (query.city === 'Nowhere') throw new NotFoundException('There is no such city.');
    return `It is 9 °C in ${query.city} (${ctx.name}).`;
  }
}

import { Injectable } from '@nestjs/common';
import {
  McpComplete,
  McpPrompt,
  McpResource,
  McpServer,
  McpTool,
  ToolError,
  type McpCompletion,
} from 'nestjs-mcp-fleet';
import { Stations } from './stations.js';
import { CityParams, ForecastQuery, Observation } from './weather.dto.js';

@Injectable()
export class WeatherTools {
  constructor(
    private readonly stations: Stations,
    private readonly mcp: McpServer,
  ) {}

  @McpTool({ description: 'Forecast for a city', annotations: { readOnlyHint: true } })
  forecast({ city, days = 3 }: ForecastQuery): string {
    const degrees = this.stations.degrees(city);
    if (degrees === undefined)
      throw new ToolError(`There is no station in ${city}. There are: ${this.stations.cities().join(', ')}`);
    return Array.from({ length: days }, (_, day) => `Day ${day + 1}: ${degrees + day} °C`).join('\n');
  }

  /** Notifies every client that has subscribed to the resource of the city. */
  @McpTool({ description: 'Reports a measurement of a station', output: Observation })
  async report(observation: Observation): Promise<Observation> {
    this.stations.report(observation.city, observation.degrees);
    await this.mcp.resourceUpdated(`weather://${encodeURIComponent(observation.city)}/now`);
    return observation;
  }

  @McpResource({ uri: 'weather://{city}/now', mimeType: 'application/json', description: 'The weather in a city now' })
  now({ city }: CityParams): Observation | undefined {
    const degrees = this.stations.degrees(city);
    return degrees === undefined ? undefined : { city, degrees };
  }

  @McpPrompt({ description: 'Plan a day outside' })
  plan({ city }: CityParams): string {
    return `Plan a day outside in ${city}. Use the tool "forecast" first.`;
  }

  @McpComplete({ prompt: 'plan', argument: 'city' })
  cities({ value }: McpCompletion): string[] {
    return this.stations.cities().filter((city) => city.toLowerCase().startsWith(value.toLowerCase()));
  }
}

import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { McpProperty } from 'nestjs-mcp-fleet';

export class ForecastQuery {
  @McpProperty({ description: 'City name, as people write it' })
  @IsString()
  @MaxLength(80)
  city!: string;

  @McpProperty({ description: 'How many days' })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(14)
  days?: number = 3;
}

export class CityParams {
  @IsString()
  @MaxLength(80)
  city!: string;
}

export class Observation {
  @IsString()
  @MaxLength(80)
  city!: string;

  @McpProperty({ description: 'Degrees Celsius' })
  @IsInt()
  degrees!: number;
}

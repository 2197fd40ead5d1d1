import { IsBoolean, IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { McpProperty } from 'nestjs-mcp-fleet';

export class RegionForm {
  @McpProperty({ title: 'Region' })
  @IsIn(['north', 'south'])
  region!: string;
}

export class PartyForm {
  @McpProperty({ title: 'Travellers', description: 'How many people travel' })
  @IsInt()
  @Min(1)
  @Max(9)
  travellers!: number;

  @IsOptional()
  @IsBoolean()
  pets?: boolean = false;
}

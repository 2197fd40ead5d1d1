import { ApiProperty, ApiPropertyOptional, PartialType, PickType } from '@nestjs/swagger';
import { IsInt, IsOptional, IsString, Length, Max, Min } from 'class-validator';
import { Type } from 'class-transformer';

export class NewProduct {
  @ApiProperty({ description: 'Its name in the catalogue', example: 'Lantern' })
  @IsString()
  @Length(1, 80)
  name!: string;

  @ApiProperty({ description: 'In cents' })
  @IsInt()
  @Min(1)
  @Max(10_000_000)
  price!: number;

  @ApiProperty({ description: 'What it costs the shop, in cents' })
  @IsInt()
  @Min(0)
  @Max(10_000_000)
  purchasePrice!: number;

  @ApiProperty({ description: 'How many there are' })
  @IsInt()
  @Min(0)
  @Max(100_000)
  stock!: number;
}

export class ProductChanges extends PartialType(PickType(NewProduct, ['name', 'price', 'stock'] as const)) {}

export class ProductSearch {
  @ApiPropertyOptional({ description: 'A part of the name' })
  @IsOptional()
  @IsString()
  @Length(1, 80)
  name?: string;

  @ApiPropertyOptional({ description: 'The highest price, in cents' })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  maxPrice?: number;
}

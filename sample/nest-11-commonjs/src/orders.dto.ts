import { PartialType } from '@nestjs/swagger';
import { IsInt, IsOptional, IsString, MaxLength, Min } from 'class-validator';

/** The compiler plugin of @nestjs/swagger, in nest-cli.json, takes descriptions from these comments. */
export class CreateOrder {
  /** What is ordered. */
  @IsString()
  @MaxLength(80)
  article: string;

  /** How many pieces. */
  @IsInt()
  @Min(1)
  pieces: number;

  /** A wish of the customer. */
  @IsOptional()
  @IsString()
  note?: string;
}

export class ChangeOrder extends PartialType(CreateOrder) {}

export class Order extends CreateOrder {
  id: number;
}

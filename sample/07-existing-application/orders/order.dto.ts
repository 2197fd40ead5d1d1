import { ApiProperty } from '@nestjs/swagger';
import { IsInt, IsPositive, Max } from 'class-validator';

export class NewOrder {
  @ApiProperty({ description: 'Number of the customer' })
  @IsInt()
  @IsPositive()
  customerId!: number;

  @ApiProperty({ description: 'Number of the product' })
  @IsInt()
  @IsPositive()
  productId!: number;

  @ApiProperty({ description: 'How many' })
  @IsInt()
  @IsPositive()
  @Max(1000)
  quantity!: number;
}

export class OrderNumber {
  @ApiProperty({ description: 'Number of the order' })
  @IsInt()
  @IsPositive()
  id!: number;
}

import { ApiHideProperty, ApiProperty } from '@nestjs/swagger';
import { Exclude } from 'class-transformer';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

@Entity()
export class Order {
  @ApiProperty()
  @PrimaryGeneratedColumn()
  id!: number;

  @ApiHideProperty()
  @Exclude()
  @Column()
  tenant!: string;

  @ApiProperty()
  @Column()
  customerId!: number;

  @ApiProperty()
  @Column()
  productId!: number;

  @ApiProperty()
  @Column()
  quantity!: number;

  @ApiProperty({ description: 'In cents' })
  @Column()
  total!: number;

  @ApiProperty({ enum: ['placed', 'refunded'] })
  @Column({ type: 'varchar' })
  status!: 'placed' | 'refunded';

  @ApiProperty({ description: 'Who entered it' })
  @Column()
  enteredBy!: string;
}

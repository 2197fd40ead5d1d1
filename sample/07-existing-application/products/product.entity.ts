import { ApiHideProperty, ApiProperty } from '@nestjs/swagger';
import { Exclude } from 'class-transformer';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

@Entity()
export class Product {
  @ApiProperty()
  @PrimaryGeneratedColumn()
  id!: number;

  @ApiHideProperty()
  @Exclude()
  @Column()
  tenant!: string;

  @ApiProperty({ example: 'Lantern' })
  @Column()
  name!: string;

  @ApiProperty({ description: 'In cents' })
  @Column()
  price!: number;

  @ApiProperty({ description: 'How many are left' })
  @Column()
  stock!: number;

  /** Nobody outside reads it: the serializer of the controller leaves it out, for clients of MCP as well. */
  @ApiHideProperty()
  @Exclude()
  @Column()
  purchasePrice!: number;
}

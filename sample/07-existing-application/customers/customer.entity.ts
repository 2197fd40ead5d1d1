import { ApiHideProperty, ApiProperty } from '@nestjs/swagger';
import { Exclude } from 'class-transformer';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

@Entity()
export class Customer {
  @ApiProperty()
  @PrimaryGeneratedColumn()
  id!: number;

  @ApiHideProperty()
  @Exclude()
  @Column()
  tenant!: string;

  @ApiProperty()
  @Column()
  name!: string;

  @ApiProperty({ format: 'email' })
  @Column()
  email!: string;
}

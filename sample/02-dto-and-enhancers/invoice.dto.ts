import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsEmail,
  IsEnum,
  IsIn,
  IsInt,
  IsISO8601,
  IsOptional,
  IsPositive,
  IsString,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { McpProperty } from 'nestjs-mcp-fleet';

export enum Currency {
  Euro = 'EUR',
  Dollar = 'USD',
  Yen = 'JPY',
}

export class Customer {
  @IsString()
  @Length(1, 100)
  name!: string;

  @IsEmail()
  email!: string;
}

export class LineItem {
  @IsString()
  @Length(1, 200)
  description!: string;

  @McpProperty({ description: 'Price of one, in the smallest unit of the currency' })
  @IsInt()
  @IsPositive()
  unitPrice!: number;

  /** An initialiser is a default: it is announced in the schema and applied. */
  @IsInt()
  @Min(1)
  @Max(1000)
  quantity: number = 1;
}

/** One of two classes, selected by `kind`: `oneOf` in the JSON Schema, and an instance of that class in the method. */
export class BankTransfer {
  @IsIn(['transfer'])
  kind!: 'transfer';

  @McpProperty({ description: 'Days until it is due' })
  @IsInt()
  @Min(0)
  @Max(90)
  dueInDays: number = 14;
}

export class CardPayment {
  @IsIn(['card'])
  kind!: 'card';

  @McpProperty({ description: 'Last four digits of the card' })
  @Matches(/^\d{4}$/)
  lastFour!: string;
}

export class NewInvoice {
  @ValidateNested()
  @Type(() => Customer)
  customer!: Customer;

  @ArrayMinSize(1)
  @ArrayMaxSize(50)
  @ValidateNested({ each: true })
  @Type(() => LineItem)
  lines!: LineItem[];

  @ValidateNested()
  @Type(() => Object, {
    keepDiscriminatorProperty: true,
    discriminator: {
      property: 'kind',
      subTypes: [
        { name: 'transfer', value: BankTransfer },
        { name: 'card', value: CardPayment },
      ],
    },
  })
  payment!: BankTransfer | CardPayment;

  @IsEnum(Currency)
  currency: Currency = Currency.Euro;

  @IsOptional()
  @IsString()
  @MaxLength(500)
  note?: string;
}

export class InvoiceNumber {
  @McpProperty({ description: 'Number of the invoice', examples: ['INV-0001'] })
  @Matches(/^INV-\d{4}$/)
  number!: string;
}

export class SplitRequest extends InvoiceNumber {
  @IsInt()
  @Min(2)
  @Max(20)
  parts!: number;
}

/** The result of the tools: announced as output schema, validated, and sent as `structuredContent`. */
export class Invoice {
  @Matches(/^INV-\d{4}$/)
  number!: string;

  @IsString()
  customer!: string;

  @IsEnum(Currency)
  currency!: Currency;

  @McpProperty({ description: 'In the smallest unit of the currency' })
  @IsInt()
  @Min(0)
  total!: number;

  @IsIn(['open', 'paid'])
  status!: 'open' | 'paid';

  @McpProperty({ description: 'Who wrote it' })
  @IsString()
  clerk!: string;

  @IsOptional()
  @IsISO8601()
  due?: string;

  @IsOptional()
  @IsString()
  note?: string;
}

export class InvoiceShare extends InvoiceNumber {
  @IsInt()
  parts!: number;

  @McpProperty({ description: 'What each one pays, in the smallest unit of the currency' })
  @IsInt()
  each!: number;
}

import { Body, Controller, Injectable, ParseArrayPipe, Post, Query } from '@nestjs/common';
import { PartialType } from '@nestjs/mapped-types';
import { Type } from 'class-transformer';
import { IsArray, IsObject, IsOptional, IsString, ValidateNested } from 'class-validator';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { AuditSink, McpExpose, McpPrompt, McpResource, McpSecret, McpTool } from 'nestjs-mcp-fleet';
import { nestApp, startError, type NestApp } from '../../fixtures/applications/nest-app.js';
import { EraClient } from '../../fixtures/clients/era-client.js';
import { RecordingSink } from '../../fixtures/security/recording-sink.js';

class Card {
  @IsString() holder!: string;
  @McpSecret() @IsString() number!: string;
}
class Order {
  @IsString() article!: string;
  @McpSecret() @IsString() password!: string;
  @IsOptional() @ValidateNested() @Type(() => Card) card?: Card;
  @IsOptional() @IsArray() @ValidateNested({ each: true }) @Type(() => Card) cards?: Card[];
  @McpSecret() @IsOptional() @ValidateNested() @Type(() => Card) hidden?: Card;
  @IsOptional() @IsObject() anything?: object;
}
class Change extends PartialType(Order) {}
class Token {
  @McpSecret() @IsString() token!: string;
}
class Letter {
  @IsString() to!: string;
  @McpSecret() @IsString() words!: string;
}

@Injectable()
class Shop {
  @McpTool()
  order(_order: Order): string {
    return 'ordered';
  }
  @McpTool()
  change(_order: Change): string {
    return 'changed';
  }
  @McpTool({ input: z.object({ user: z.string(), pin: z.string().meta({ writeOnly: true }) }) })
  zod(_args: object): string {
    return 'done';
  }
  @McpTool({
    acknowledged: true,
    input: { type: 'object', properties: { user: { type: 'string' }, pin: { type: 'string', format: 'password' } } },
  })
  json(_args: object): string {
    return 'done';
  }
  @McpPrompt()
  letter(_letter: Letter): string {
    return 'Dear';
  }
  @McpResource({ uri: 'letter://{to}/{words}' })
  read(_letter: Letter): string {
    return 'Dear';
  }
}

class Page {
  @IsString() token!: string;
}

@McpExpose()
@Controller('cards')
class Cards {
  @Post()
  create(@Body() _card: Card): string {
    return 'created';
  }
  @Post('many')
  many(@Body(new ParseArrayPipe({ items: Card })) _cards: Card[]): string {
    return 'created';
  }
  @Post('inner')
  inner(@Body('card') _card: Card): string {
    return 'created';
  }
  @Post('token')
  clash(@Query() _page: Page, @Body() _order: Token): string {
    return 'created';
  }
}

const sink = new RecordingSink();
let app: NestApp;
let client: EraClient;
beforeAll(async () => {
  const providers = [Shop, { provide: AuditSink, useValue: sink }];
  app = await nestApp({ providers, controllers: [Cards] }, { mcp: { audit: { arguments: true } } });
  client = await EraClient.open('modern', app.port);
});
beforeEach(() => sink.events.splice(0));
afterAll(() => app.close());

const S = 'canary';
const recorded = (): unknown => {
  expect(JSON.stringify(sink.events)).not.toContain(S);
  const [event] = sink.events;
  return event!.kind === 'request' ? event!.arguments : undefined;
};

it('records what the schema declares and marks no secret, also in nested objects and lists', async () => {
  const card = { holder: 'Ada', number: S };
  const args = { article: 'tea', password: S, card, cards: [card, card], hidden: card, anything: { [S]: S } };
  expect((await client.tool('order', args)).result).toMatchObject({ content: [{ text: 'ordered' }] });
  const shown = { holder: 'Ada', number: '[secret]' };
  expect(recorded()).toEqual({
    ...{ article: 'tea', password: '[secret]', card: shown, cards: [shown, shown], hidden: '[secret]' },
    anything: { '[undeclared]': '[omitted]' },
  });
});

it('records nothing of arguments that the schema does not declare, even of a call that is refused for them', async () => {
  expect((await client.tool('order', { article: 'tea', pasword: S, [S]: 1 })).result).toMatchObject({ isError: true });
  expect(recorded()).toEqual({ article: 'tea', '[undeclared]': '[omitted]' });
});

it('keeps the mark in a mapped type', async () => {
  await client.tool('change', { password: S, card: { holder: 'Ada', number: S } });
  expect(recorded()).toEqual({ password: '[secret]', card: { holder: 'Ada', number: '[secret]' } });
});

it.each(['zod', 'json'])('knows the mark of a schema of %s', async (name) => {
  await client.tool(name, { user: 'Ada', pin: S });
  expect(recorded()).toEqual({ user: 'Ada', pin: '[secret]' });
});

it('knows the marks of prompts and of the variables of templates', async () => {
  await client.call('prompts/get', { name: 'letter', arguments: { to: 'Ada', words: S } });
  expect(recorded()).toEqual({ to: 'Ada', words: '[secret]' });
  sink.events.splice(0);
  await client.call('resources/read', { uri: `letter://Ada/${S}` });
  expect(recorded()).toEqual({ to: 'Ada', words: '[secret]' });
});

it.each([
  ['cards_create', { holder: 'Ada', number: S }, { holder: 'Ada', number: '[secret]' }],
  ['cards_many', { body: [{ holder: 'Ada', number: S }] }, { body: [{ holder: 'Ada', number: '[secret]' }] }],
  ['cards_inner', { card: { holder: 'Ada', number: S } }, { card: { holder: 'Ada', number: '[secret]' } }],
  // Where a query has the name of a secret of the body, it is hidden as well.
  ['cards_clash', { token: S, body: { token: S } }, { token: '[secret]', body: { token: '[secret]' } }],
])('knows the marks of the route %s', async (name, args, shown) => {
  expect((await client.tool(name, args)).result).toMatchObject({ content: [{ text: 'created' }] });
  expect(recorded()).toEqual(shown);
});

it('a form must not ask for a secret', async () => {
  class Bad {
    ask(): string {
      return 'never';
    }
  }
  Injectable()(Bad);
  McpTool({ elicits: [Letter] })(Bad.prototype, 'ask', Object.getOwnPropertyDescriptor(Bad.prototype, 'ask')!);
  expect(await startError({ providers: [Bad] })).toContain(
    'The field "words" of the elicitation form Letter is a secret',
  );
});

it('tells clients nothing of the mark', async () => {
  const { body } = await client.call('tools/list');
  expect(body).not.toContain('secret');
  const order = (JSON.parse(body) as any).result.tools.find(({ name }: { name: string }) => name === 'order');
  expect(order.inputSchema.properties.password).toEqual({ type: 'string' });
});

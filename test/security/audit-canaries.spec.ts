import { Injectable } from '@nestjs/common';
import { IsString } from 'class-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  AuditSink,
  McpContext,
  McpError,
  McpLimit,
  McpSecret,
  McpTool,
  PrincipalResolver,
  type Principal,
  type PrincipalRequest,
} from 'nestjs-mcp-fleet';
import { nestApp, type NestApp } from '../fixtures/applications/nest-app.js';
import { EraClient } from '../fixtures/clients/era-client.js';
import { LegacySession } from '../fixtures/clients/legacy-session.js';
import { CLIENT_CAPABILITIES } from '../fixtures/clients/mcp-requests.js';
import { RedisServer } from '../fixtures/redis/redis-server.js';
import { LogCapture } from '../fixtures/security/log-capture.js';
import { RecordingSink } from '../fixtures/security/recording-sink.js';

const CANARY = 'canary';
const SECRETS = { authorization: `Bearer ${CANARY}-token`, 'x-api-key': `${CANARY}-header`, cookie: `${CANARY}=1` };
const ELICITATION = { elicitation: { form: {} } };

class Pin {
  @IsString() account!: string;
  @McpSecret() @IsString() pin!: string;
}
class Word {
  @IsString() word!: string;
}

@Injectable()
class Vault {
  @McpTool()
  async open({ account }: Pin, ctx: McpContext): Promise<string> {
    const { word } = await ctx.elicitOrThrow(Word, 'The word?');
    return `${account} is open, by ${word.length} letters`;
  }
  @McpTool()
  refuse(_pin: Pin): never {
    throw new McpError(403, 'No');
  }
  @McpTool()
  break(_pin: Pin): never {
    throw new Error('out of order');
  }
  @McpTool()
  @McpLimit({ limit: 1, windowMs: 3_600_000 })
  once(_pin: Pin): string {
    return 'done';
  }
}

/** Knows everybody who has a token. */
class Principals extends PrincipalResolver {
  override resolve({ headers }: PrincipalRequest): Principal | undefined {
    return headers.authorization === undefined ? undefined : { issuer: 'https://as.example', subject: 'ada' };
  }
}

describe('P15 secrets as canaries, with arguments in the audit', () => {
  const sink = new RecordingSink();
  let capture: LogCapture;
  let redis: RedisServer;
  let app: NestApp;
  let answers = '';
  beforeAll(async () => {
    capture = new LogCapture();
    redis = await RedisServer.start();
    const providers = [
      Vault,
      { provide: AuditSink, useValue: sink },
      { provide: PrincipalResolver, useClass: Principals },
    ];
    const mcp = { redis: redis.url, streamAfterMs: 50, audit: { arguments: true } };
    app = await nestApp({ providers }, { mcp, prepare: (one) => one.useLogger(capture) });
  });
  afterAll(async () => {
    await app.close();
    await redis.dispose();
    capture.stop();
  });

  const args = { account: 'tea', pin: `${CANARY}-argument` };

  it.each(['modern', 'legacy'] as const)('they are sent as token, header and argument by a %s client', async (era) => {
    const client = await EraClient.open(era, app.port, { headers: SECRETS });
    for (const name of ['refuse', 'break', 'once', 'once']) answers += (await client.tool(name, args)).body;
    answers += (await client.tool('refuse', { ...args, pn: `${CANARY}-misspelt`, pin: 1 })).body;
    answers += (await client.call('resources/read', { uri: `vault://${CANARY}-uri` })).error!.code;
  });

  it('they are sent as the answer to a question by a modern client', async () => {
    const client = await EraClient.open('modern', app.port, { headers: SECRETS });
    const meta = { [CLIENT_CAPABILITIES]: ELICITATION };
    const asked = await client.call('tools/call', { name: 'open', arguments: args }, { meta });
    const { requestState, inputRequests } = asked.result!;
    const answer = { action: 'accept', content: { word: `${CANARY}-answer` } };
    const inputResponses = { [Object.keys(inputRequests)[0]!]: answer };
    const more = { requestState, inputResponses };
    const opened = await client.call('tools/call', { name: 'open', arguments: args, ...more }, { meta });
    expect(opened.result).toMatchObject({ content: [{ text: 'tea is open, by 13 letters' }] });
    answers += asked.body + opened.body;
  });

  it('they are sent as the answer to a question by a legacy client', async () => {
    const session = await LegacySession.open(app.port, { headers: SECRETS, capabilities: ELICITATION });
    const asking = await session.stream('open', args);
    const question = await asking.message(({ method }) => method === 'elicitation/create');
    const result = { action: 'accept', content: { word: `${CANARY}-answer` } };
    await session.post({ jsonrpc: '2.0', id: question.id, result });
    await asking.end();
    await session.end();
    expect(JSON.stringify(sink.events)).not.toContain(session.id);
  });

  it('P15 no canary is in the audit, in the log or in an answer', () => {
    expect(sink.about('open').length).toBeGreaterThanOrEqual(3);
    expect(sink.about('open')[0]).toMatchObject({ arguments: { account: 'tea', pin: '[secret]' } });
    expect(sink.events.map(({ outcome }) => outcome)).toEqual(
      expect.arrayContaining(['ok', 'refused', 'tool-error', 'error', 'input-required']),
    );
    expect(capture.lines.join('\n')).toContain('out of order');
    for (const text of [JSON.stringify(sink.events), capture.lines.join('\n'), answers]) {
      expect(text).not.toContain(CANARY);
    }
  });
});

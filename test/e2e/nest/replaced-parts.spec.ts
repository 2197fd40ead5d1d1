import { Global, Inject, Injectable, Logger, Module, type Provider, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  EventLog,
  McpModule,
  McpServer,
  McpTool,
  MemoryEventLog,
  MemoryMessageBroker,
  MemorySessionStore,
  MessageBroker,
  PrincipalResolver,
  SessionStore,
  type McpContext as Context,
  type Principal,
  type SessionRecord,
} from 'nestjs-mcp-fleet';
import { McpContext } from 'nestjs-mcp-fleet';
import { EraClient } from '../../fixtures/clients/era-client.js';
import { LogRecorder, nestApp, startError, type NestApp } from '../../fixtures/applications/nest-app.js';

let nest: NestApp;
afterEach(() => nest?.close());

@Injectable()
class Journal {
  readonly created: string[] = [];
  readonly appended: string[] = [];
  readonly published: string[] = [];
  closed = 0;
}
@Injectable()
class MyStore extends MemorySessionStore {
  constructor(@Inject(Journal) private readonly journal: Journal) {
    super();
  }
  override async create(record: SessionRecord): Promise<void> {
    this.journal.created.push(record.id);
    await super.create(record);
  }
  override close(): void {
    this.journal.closed++;
    super.close();
  }
}
@Injectable()
class MyBroker extends MemoryMessageBroker {
  constructor(@Inject(Journal) private readonly journal: Journal) {
    super();
  }
  override publish(channel: string, message: string): Promise<void> {
    this.journal.published.push(message);
    return super.publish(channel, message);
  }
}
@Injectable()
class MyResolver extends PrincipalResolver {
  override async resolve(): Promise<Principal> {
    return { issuer: 'mine', subject: 'me' };
  }
}
const myLog: Provider = {
  provide: EventLog,
  inject: [Journal, MessageBroker, SessionStore],
  useFactory: (journal: Journal, broker: MessageBroker, sessions: MyStore) => {
    const log = new MemoryEventLog({ broker, sessions, report: () => {} });
    const append = log.append.bind(log);
    log.append = (...args: Parameters<EventLog['append']>) => {
      journal.appended.push(args[2]);
      return append(...args);
    };
    return log;
  },
};

@Injectable()
class Tools {
  @McpTool() whoAmI(ctx: McpContext): string {
    return (ctx as Context).principal?.subject ?? 'anonymous';
  }
}

@Global()
@Module({ providers: [Journal], exports: [Journal] })
class JournalModule {}

const PARTS: Provider[] = [
  { provide: SessionStore, useClass: MyStore },
  { provide: MessageBroker, useClass: MyBroker },
  { provide: PrincipalResolver, useClass: MyResolver },
  myLog,
];

/** Uses every part once. */
async function exercise(path = '/mcp'): Promise<void> {
  const client = await EraClient.open('legacy', nest.port, { path });
  expect((await client.tool('whoAmI')).result?.content[0].text).toBe('me');
  const stream = await client.listen();
  await nest.mcp.registerTool({ name: 'new' }, () => 1);
  await stream.message(({ method }) => method === 'notifications/tools/list_changed');
  await stream.close();
  const { created, appended, published } = nest.app.get(Journal, { strict: false });
  expect(created).toEqual([client.session]);
  expect(appended.some((text) => text.includes('list-changed'))).toBe(true);
  expect(published.some((text) => text.includes('list-changed'))).toBe(true);
}

describe('replaced parts', () => {
  it('providers of forRoot() replace the parts of a server', async () => {
    nest = await nestApp(
      { imports: [JournalModule], providers: [Tools] },
      { mcp: { imports: [JournalModule], providers: PARTS } },
    );
    await exercise();
  });

  it('providers of forRootAsync() replace the parts of a server', async () => {
    const options = () => ({ name: 'a', version: '1' });
    const imports = [JournalModule, McpModule.forRootAsync({ useFactory: options, providers: PARTS })];
    nest = await nestApp({ imports, providers: [Tools] }, { mcp: false });
    await exercise();
  });

  it('providers of any module of the application replace the parts of a server', async () => {
    @Module({ providers: PARTS })
    class PartsModule {}
    nest = await nestApp({ imports: [JournalModule, PartsModule], providers: [Tools] });
    await exercise();
    expect(nest.app.get(SessionStore)).toBeInstanceOf(MyStore);
  });

  it('aliases of existing providers replace the parts of a server', async () => {
    const aliases: [Type, Type][] = [
      [SessionStore as Type, MyStore],
      [MessageBroker as Type, MyBroker],
      [PrincipalResolver as Type, MyResolver],
    ];
    @Module({
      providers: [...aliases.flatMap(([provide, useExisting]) => [useExisting, { provide, useExisting }]), myLog],
    })
    class PartsModule {}
    nest = await nestApp({ imports: [JournalModule, PartsModule], providers: [Tools] });
    await exercise();
    expect(nest.app.get(MyStore)).toBe(nest.app.get(SessionStore));
  });

  it('overrideProvider() replaces the parts of a server in a test', async () => {
    const journal = new Journal();
    const store = new MyStore(journal);
    const broker = new MyBroker(journal);
    nest = await nestApp(
      { imports: [JournalModule], providers: [Tools] },
      {
        override: (builder) =>
          builder
            .overrideProvider(Journal)
            .useValue(journal)
            .overrideProvider(SessionStore)
            .useValue(store)
            .overrideProvider(MessageBroker)
            .useValue(broker)
            .overrideProvider(PrincipalResolver)
            .useClass(MyResolver)
            .overrideProvider(EventLog)
            .useFactory({
              factory: () =>
                (myLog as unknown as { useFactory: (...a: unknown[]) => EventLog }).useFactory(journal, broker, store),
            }),
      },
    );
    await exercise();
  });

  it('a replaced part is closed once with the application', async () => {
    nest = await nestApp(
      { imports: [JournalModule], providers: [Tools] },
      { mcp: { imports: [JournalModule], providers: PARTS } },
    );
    const journal = nest.app.get(Journal);
    await nest.close();
    expect(journal.closed).toBe(1);
  });
});

describe('a part that injects its own server', () => {
  @Injectable()
  class Circular extends MyResolver {
    constructor(@Inject(McpServer) readonly mcp: McpServer) {
      super();
    }
  }

  it('a part that injects its own server is named in a warning while the application waits for it', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const logs = new LogRecorder();
    Logger.overrideLogger(logs);
    @Module({
      imports: [McpModule.forRoot({ name: 'a', version: '1' })],
      providers: [{ provide: PrincipalResolver, useClass: Circular }],
    })
    class AppModule {}
    void NestFactory.create(AppModule, new FastifyAdapter(), { logger: logs });
    await vi.waitFor(async () => {
      await vi.advanceTimersByTimeAsync(5000);
      expect(logs.warnings.join()).toMatch(
        /Still waiting for the PrincipalResolver of AppModule.*McpServer.*ModuleRef/,
      );
    });
  });
});

describe('parts of several servers', () => {
  const admin = () => McpModule.forRoot({ name: 'admin', version: '1', server: 'admin', path: '/admin' });

  it('an application with several servers does not start with a global session store', async () => {
    @Module({ providers: [Journal, { provide: SessionStore, useClass: MyStore }] })
    class PartsModule {}
    expect(await startError({ imports: [admin(), PartsModule], providers: [Tools] })).toMatch(
      /SessionStore of PartsModule.*"providers" of McpModule/,
    );
  });

  it('one global principal resolver serves several servers', async () => {
    class Secret {
      @McpTool({ server: 'admin' }) whoAmI(ctx: McpContext): string {
        return ctx.principal?.subject ?? 'anonymous';
      }
    }
    nest = await nestApp({
      imports: [admin()],
      providers: [Tools, Secret, { provide: PrincipalResolver, useClass: MyResolver }],
    });
    for (const path of ['/mcp', '/admin']) {
      const client = await EraClient.open('modern', nest.port, { path });
      expect((await client.tool('whoAmI')).result?.content[0].text).toBe('me');
    }
  });

  it('a part can be provided to one of several servers', async () => {
    nest = await nestApp({
      imports: [
        JournalModule,
        McpModule.forRoot({ name: 'admin', version: '1', server: 'admin', path: '/admin', providers: [PARTS[0]!] }),
      ],
      providers: [Tools],
    });
    const { session } = await EraClient.open('legacy', nest.port, { path: '/admin' });
    await EraClient.open('legacy', nest.port);
    expect(nest.app.get(Journal).created).toEqual([session]);
  });
});

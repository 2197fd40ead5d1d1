import { Controller, Injectable, Module, type Type } from '@nestjs/common';
import { IsString } from 'class-validator';
import { describe, expect, it } from 'vitest';
import { McpArgs, McpComplete, McpModule, McpPrompt, McpResource, McpTool } from 'nestjs-mcp-fleet';
import { startError } from '../../fixtures/applications/nest-app.js';

class Words {
  @IsString() word!: string;
}

describe('start-up checks', () => {
  class Loose {
    undecorated!: () => void;
  }

  const REFUSALS: Record<string, [() => Type[], RegExp]> = {
    'with two tools of one name': [
      () => {
        class One {
          @McpTool({ name: 'same' }) a(): void {}
        }
        class Two {
          @McpTool({ name: 'same' }) b(): void {}
        }
        return [One, Two];
      },
      /Two\.b: .*"same".*One\.a.*Two\.b.*Rename/,
    ],
    'with two resources of one URI': [
      () => {
        class One {
          @McpResource({ uri: 'a://b' }) a(): void {}
          @McpResource({ uri: 'a://b' }) b(): void {}
        }
        return [One];
      },
      /One\.b: .*resource "a:\/\/b".*One\.a.*Rename/,
    ],
    'with a tool for a server that is not there': [
      () => {
        class One {
          @McpTool({ server: 'nowhere' }) a(): void {}
        }
        return [One];
      },
      /One\.a: .*"nowhere".*the default server.*"server"/,
    ],
    'with arguments of no type': [
      () => {
        class One {
          @McpTool() a(_: { x: string }): void {}
        }
        return [One];
      },
      /One\.a: .*Object.*class.*"input"/,
    ],
    'with fields of arguments that have no schema': [
      () => {
        class One {
          @McpTool() a(@McpArgs('x') _: string): void {}
        }
        return [One];
      },
      /One\.a: its arguments have no schema.*"input"/,
    ],
    'whose compiler emits no types': [
      () => {
        class One {
          a(_: unknown): void {}
        }
        McpTool()(One.prototype, 'a', Object.getOwnPropertyDescriptor(One.prototype, 'a')!);
        return [One];
      },
      /One\.a: .*no schema.*its compiler emits no types.*esbuild.*tsx.*"emitDecoratorMetadata".*"input"/,
    ],
    'with an input that is no object': [
      () => {
        class One {
          @McpTool({ input: { type: 'string' } }) a(_: unknown): void {}
        }
        return [One];
      },
      /One\.a: .*not an object at its root/,
    ],
    'with a JSON Schema of another dialect': [
      () => {
        class One {
          @McpTool({ input: { $schema: 'http://json-schema.org/draft-07/schema#', type: 'object' } })
          a(_: unknown): void {}
        }
        return [One];
      },
      /One\.a: .*dialect.*2020-12/,
    ],
    'with a prompt whose argument cannot be text': [
      () => {
        class One {
          @McpPrompt({ input: { type: 'object', properties: { x: { type: 'object' } } } }) a(_: unknown): void {}
        }
        return [One];
      },
      /One\.a: .*argument x.*strings/,
    ],
    'with an invalid URI template': [
      () => {
        class One {
          @McpResource({ uri: 'a://{unclosed' }) a(): void {}
        }
        return [One];
      },
      /One\.a: .*\{unclosed/,
    ],
    'with a URI that has no scheme': [
      () => {
        class One {
          @McpResource({ uri: '/just/a/path' }) a(): void {}
        }
        return [One];
      },
      /One\.a: "\/just\/a\/path" is not a URI: give it a scheme/,
    ],
    'with a completer of nothing': [
      () => {
        class One {
          @McpComplete({ prompt: 'missing', argument: 'x' }) a(): void {}
        }
        return [One];
      },
      /One\.a: @McpComplete has no target: there is no prompt "missing"/,
    ],
    'with a completer of an argument that is not there': [
      () => {
        class One {
          @McpPrompt() p(_: Words): void {}
          @McpComplete({ prompt: 'p', argument: 'wrod' }) a(): void {}
        }
        return [One];
      },
      /One\.a: .*prompt "p" has no argument "wrod"/,
    ],
    'with a completer of a variable that is not there': [
      () => {
        class One {
          @McpResource({ uri: 'a://{x}' }) p(): void {}
          @McpComplete({ resource: 'a://{x}', argument: 'y' }) a(): void {}
        }
        return [One];
      },
      /One\.a: .*resource "a:\/\/\{x\}" has no argument "y"/,
    ],
    'with a completer of neither': [
      () => {
        class One {
          @McpComplete({ argument: 'y' }) a(): void {}
        }
        return [One];
      },
      /One\.a: @McpComplete needs either "prompt" or "resource"/,
    ],
    'with two completers of one argument': [
      () => {
        class One {
          @McpPrompt() p(_: Words): void {}
          @McpComplete({ prompt: 'p', argument: 'word' }) a(): void {}
          @McpComplete({ prompt: 'p', argument: 'word' }) b(): void {}
        }
        return [One];
      },
      /One\.b: .*completion.*prompt.*p.*word.*One\.a/,
    ],
    'with a DTO that says nothing': [
      () => {
        class One {
          @McpTool() a(_: Loose): void {}
        }
        return [One];
      },
      /One\.a: .*Loose/,
    ],
  };
  it.each(Object.entries(REFUSALS))('an application does not start %s', async (_name, [providers, message]) => {
    expect(await startError({ providers: providers() })).toMatch(message);
  });

  it('an application does not start with one class in two modules', async () => {
    @Injectable()
    class Shared {
      @McpTool() shared(): void {}
    }
    @Module({ providers: [Shared] })
    class A {}
    @Module({ providers: [Shared] })
    class B {}
    expect(await startError({ imports: [A, B] })).toMatch(
      /Shared\.shared: Shared is provided twice, in the "providers" of A and in the "providers" of B.*export/,
    );
  });

  it('an application does not start with one class as controller and as provider', async () => {
    @Controller()
    class Shared {
      @McpTool() shared(): void {}
    }
    expect(await startError({ providers: [Shared], controllers: [Shared] })).toMatch(
      /Shared\.shared: Shared is provided twice, in the "providers" of AppModule and in the "controllers" of AppModule/,
    );
  });

  it('an application does not start with two default servers', async () => {
    const second = McpModule.forRoot({ name: 'two', version: '1', path: '/two' });
    expect(await startError({ imports: [second] })).toMatch(/McpModule declares the default server twice.*"server"/);
  });

  it('an application does not start with two servers that share a name or a path', async () => {
    const a = McpModule.forRoot({ name: 'a', version: '1', path: '/a', server: 'a' });
    const again = McpModule.forRoot({ name: 'again', version: '1', path: '/again', server: 'a' });
    const path = McpModule.forRoot({ name: 'b', version: '1', path: '/a', server: 'b' });
    expect(await startError({ imports: [a, again] })).toMatch(/server "a".*twice/i);
    expect(await startError({ imports: [a, path] })).toMatch(/"\/a".*"path"/);
  });
});

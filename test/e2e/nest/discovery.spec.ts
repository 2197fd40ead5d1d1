import { Inject, Injectable, Module, Scope, type Type } from '@nestjs/common';
import { IsString } from 'class-validator';
import { afterEach, describe, expect, it } from 'vitest';
import { McpPrompt, McpTool } from 'nestjs-mcp-fleet';
import { EraClient } from '../../fixtures/clients/era-client.js';
import { nestApp, type NestApp } from '../../fixtures/applications/nest-app.js';
import { callForText, toolNames } from '../../fixtures/clients/tool-calls.js';

class Words {
  @IsString() word!: string;
}

let nest: NestApp | undefined;
afterEach(async () => {
  await nest?.close();
  nest = undefined;
});

describe('discovery', () => {
  @Injectable()
  class Dependency {
    readonly word = 'injected';
  }
  const toolsClass = (scope?: Scope): Type => {
    @Injectable({ scope })
    class Tools {
      #calls = 0;
      constructor(@Inject(Dependency) private readonly dependency: Dependency) {}
      @McpTool() hello(): string {
        return `${this.dependency.word} ${++this.#calls}`;
      }
    }
    return Tools;
  };

  it.each([
    ['a singleton', undefined, ['injected 1', 'injected 2']],
    ['a request-scoped provider', Scope.REQUEST, ['injected 1', 'injected 1']],
    ['a transient provider', Scope.TRANSIENT, ['injected 1', 'injected 1']],
  ])('discovery finds the methods of %s, and Nest constructs it', async (_kind, scope, answers) => {
    nest = await nestApp({ providers: [Dependency, toolsClass(scope)] });
    expect([await callForText(nest.port, 'hello'), await callForText(nest.port, 'hello')]).toEqual(answers);
  });

  it.each([
    ['useClass', (tools: Type) => [{ provide: 'T', useClass: tools }]],
    ['useFactory', (tools: Type) => [{ provide: 'T', useFactory: () => new tools(new Dependency()) }]],
    ['an async useFactory', (tools: Type) => [{ provide: 'T', useFactory: async () => new tools(new Dependency()) }]],
    ['useValue', (tools: Type) => [{ provide: 'T', useValue: new tools(new Dependency()) }]],
    ['useExisting', (tools: Type) => [tools, { provide: 'T', useExisting: tools }]],
    [
      'a factory that hands on what is there',
      (tools: Type) => [tools, { provide: 'T', inject: [tools], useFactory: (known: unknown) => known }],
    ],
    [
      'a request-scoped factory',
      (tools: Type) => [{ provide: tools, scope: Scope.REQUEST, useFactory: () => new tools(new Dependency()) }],
    ],
  ])('discovery finds the methods of a provider made with %s exactly once', async (_kind, providers) => {
    nest = await nestApp({ providers: [Dependency, ...providers(toolsClass())] });
    expect(await toolNames(nest.port)).toEqual(['hello']);
    expect(await callForText(nest.port, 'hello')).toBe('injected 1');
  });

  it('discovery ignores providers that are values of any kind', async () => {
    const values = [null, undefined, 0, '', {}, [], Object.create(null), () => 1, Symbol('x'), new Map(), class {}];
    const providers = values.map((useValue, index) => ({ provide: `v${index}`, useValue: useValue as unknown }));
    nest = await nestApp({ providers: [...providers, Dependency, toolsClass()] });
    expect(await toolNames(nest.port)).toEqual(['hello']);
  });

  it('discovery finds inherited and overridden methods', async () => {
    class Base {
      @McpTool() inherited(): string {
        return `inherited by ${this.constructor.name}`;
      }
      @McpTool() overridden(): string {
        return 'base';
      }
      @McpTool() silenced(): string {
        return 'base';
      }
    }
    @Injectable()
    class Derived extends Base {
      @McpTool() override overridden(): string {
        return 'derived';
      }
      override silenced(): string {
        return 'derived';
      }
    }
    nest = await nestApp({ providers: [Derived] });
    expect(await toolNames(nest.port)).toEqual(['inherited', 'overridden']);
    expect(await callForText(nest.port, 'inherited')).toBe('inherited by Derived');
    expect(await callForText(nest.port, 'overridden')).toBe('derived');
  });

  it('discovery finds providers of any module, including those that a test overrides', async () => {
    @Injectable()
    class Weather {
      @McpTool() weather(): string {
        return 'real';
      }
    }
    @Module({ providers: [Weather] })
    class WeatherModule {}
    class FakeWeather extends Weather {
      override weather(): string {
        return 'fake';
      }
    }
    nest = await nestApp({ imports: [WeatherModule] });
    expect(await callForText(nest.port, 'weather')).toBe('real');
    await nest.close();
    McpTool()(FakeWeather.prototype, 'weather', Object.getOwnPropertyDescriptor(FakeWeather.prototype, 'weather')!);
    nest = await nestApp(
      { imports: [WeatherModule] },
      { override: (builder) => builder.overrideProvider(Weather).useClass(FakeWeather) },
    );
    expect(await callForText(nest.port, 'weather')).toBe('fake');
  });

  it('one method can carry several declarations', async () => {
    @Injectable()
    class Both {
      @McpTool({ name: 'as-tool' })
      @McpPrompt({ name: 'as-prompt' })
      both({ word }: Words): string {
        return word;
      }
    }
    nest = await nestApp({ providers: [Both] });
    const client = await EraClient.open('modern', nest.port);
    expect((await client.tool('as-tool', { word: 'a' })).result?.content[0].text).toBe('a');
    const prompt = await client.call('prompts/get', { name: 'as-prompt', arguments: { word: 'b' } });
    expect(prompt.result?.messages[0].content.text).toBe('b');
  });
});

import {
  Catch,
  ConflictException,
  Injectable,
  UseFilters,
  UseGuards,
  UseInterceptors,
  type CanActivate,
  type ExceptionFilter,
} from '@nestjs/common';
import { IsInt } from 'class-validator';
import { throwError } from 'rxjs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { McpError, McpResource, McpTool, ResourceNotFoundError } from 'nestjs-mcp-fleet';
import { EraClient, ERAS } from '../../fixtures/clients/era-client.js';
import { nestApp, type NestApp } from '../../fixtures/applications/nest-app.js';

const CANARY = 'canary-9f3';

const toolError = (text: string) => ({ content: [{ type: 'text', text }], isError: true });

describe.each(ERAS)('filters and enhancers, in the %s era,', (era) => {
  @Catch(RangeError)
  class ToValue implements ExceptionFilter {
    catch(error: RangeError): string {
      return `filtered: ${error.message}`;
    }
  }
  @Catch()
  class ToMcpError implements ExceptionFilter {
    async catch(error: unknown): Promise<never> {
      await Promise.resolve();
      throw new McpError(7, `filtered: ${(error as Error).message}`);
    }
  }
  @Catch()
  class ToErrorStream implements ExceptionFilter {
    catch(error: unknown): unknown {
      return throwError(() => new McpError(8, `streamed: ${(error as Error).message}`));
    }
  }
  @Catch()
  class Silent implements ExceptionFilter {
    async catch(): Promise<void> {}
  }
  @Catch()
  class ForHttp implements ExceptionFilter {
    catch(_error: unknown, host: { switchToHttp(): { getResponse(): any } }): void {
      host.switchToHttp().getResponse().status(500).json({ canary: CANARY });
    }
  }
  const throwing: CanActivate = {
    canActivate: () => {
      throw new Error(`${CANARY} of a guard`);
    },
  };

  class Page {
    @IsInt() page!: number;
  }

  @Injectable()
  class Tools {
    @McpTool()
    @UseFilters(new ToValue())
    value(): string {
      throw new RangeError('too far');
    }
    @McpTool()
    @UseFilters(new ToValue())
    valueOfStream(): unknown {
      return throwError(() => new RangeError('too far'));
    }
    @McpTool()
    @UseFilters(new ToMcpError())
    mcpError(): string {
      throw new Error('translated');
    }
    @McpTool()
    @UseFilters(new ToErrorStream())
    errorStream(): string {
      throw new Error('translated');
    }
    @McpTool()
    @UseFilters(new Silent())
    silent(): string {
      throw new Error(`${CANARY} behind a silent filter`);
    }
    @McpTool()
    @UseFilters(new ForHttp())
    forHttp(): string {
      throw new Error(`${CANARY} behind a filter for HTTP`);
    }
    @McpTool()
    @UseFilters(new ForHttp())
    conflict(): string {
      throw new ConflictException('taken already');
    }
    @McpTool()
    @UseGuards(throwing)
    guarded(): string {
      return 'never';
    }
    @McpTool()
    @UseInterceptors({
      intercept: () => {
        throw new Error(`${CANARY} of an interceptor`);
      },
    })
    intercepted(): string {
      return 'never';
    }
    @McpTool({ output: Page })
    wrongOutput(): unknown {
      return { page: CANARY };
    }
    @McpTool()
    notJson(): unknown {
      return { big: 10n, canary: CANARY };
    }
    @McpTool()
    circular(): unknown {
      const loop: Record<string, unknown> = { canary: CANARY };
      loop.self = loop;
      return loop;
    }
    @McpResource({ uri: 'circular://x' })
    circularResource(): unknown {
      return this.circular();
    }
    @McpResource({ uri: 'gone://x' })
    gone(): never {
      throw new ResourceNotFoundError('gone://x');
    }
  }

  let nest: NestApp;
  let client: EraClient;
  beforeAll(async () => {
    nest = await nestApp({ providers: [Tools] });
    client = await EraClient.open(era, nest.port);
  });
  afterAll(() => nest.close());
  beforeEach(() => nest.logs.errors.splice(0));

  it('the value that an exception filter returns becomes the result', async () => {
    for (const name of ['value', 'valueOfStream']) {
      expect((await client.tool(name)).result).toMatchObject({
        content: [{ type: 'text', text: 'filtered: too far' }],
      });
    }
    expect(nest.logs.errors).toEqual([]);
  });

  it('the McpError that an exception filter throws becomes the error', async () => {
    expect((await client.tool('mcpError')).error).toEqual({ code: 7, message: 'filtered: translated' });
    expect((await client.tool('errorStream')).error).toEqual({ code: 8, message: 'streamed: translated' });
    expect(nest.logs.errors).toEqual([]);
  });

  it('an exception that a filter for HTTP cannot answer still reaches the client', async () => {
    expect((await client.tool('conflict')).result).toMatchObject(toolError('taken already'));
  });

  it.each(['silent', 'forHttp', 'guarded', 'intercepted', 'wrongOutput', 'notJson', 'circular'])(
    'a fault in %s is logged once and hidden from the client',
    async (name) => {
      const { result, body } = await client.tool(name);
      expect(result, body).toMatchObject(toolError('Internal error'));
      expect(body).not.toContain(CANARY);
      expect(nest.logs.errors).toHaveLength(1);
      expect(nest.logs.errors[0]).toContain(`Tools.${name}`);
    },
  );

  it('a resource that cannot be serialized is logged once and hidden from the client', async () => {
    const { error } = await client.call('resources/read', { uri: 'circular://x' });
    expect(error).toEqual({ code: -32603, message: 'Internal error' });
    expect(nest.logs.errors).toHaveLength(1);
  });

  it('a resource that throws a not-found error is reported as not found', async () => {
    const { error } = await client.call('resources/read', { uri: 'gone://x' });
    expect(error).toMatchObject({ code: era === 'modern' ? -32602 : -32002, data: { uri: 'gone://x' } });
    expect(nest.logs.errors).toEqual([]);
  });
});

import {
  Body,
  Controller,
  Get,
  Next,
  Param,
  Post,
  Query,
  RawBody,
  Render,
  Res,
  Sse,
  StreamableFile,
  UploadedFile,
  type Type,
} from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { EMPTY, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { McpExpose, McpTool } from 'nestjs-mcp-fleet';
import { nestApp, startError } from '../../fixtures/applications/nest-app.js';
import { toolNames } from '../../fixtures/clients/tool-calls.js';

@McpExpose()
@Controller()
class Uploads {
  @Post()
  add(@Body('name') _name: string, @UploadedFile() _file: unknown): void {}
}
@McpExpose()
@Controller()
class Responses {
  @Get()
  send(@Res() _response: unknown): void {}
}
@McpExpose()
@Controller()
class Nexts {
  @Get()
  skip(@Next() _next: unknown): void {}
}
@McpExpose()
@Controller()
class RawBodies {
  @Post()
  hook(@RawBody() _body: Buffer): void {}
}
@McpExpose()
@Controller()
class Events {
  @Sse()
  events(): Observable<never> {
    return EMPTY;
  }
}
@McpExpose()
@Controller()
class Pages {
  @Get()
  @Render('index')
  page(): object {
    return {};
  }
}
@McpExpose()
@Controller()
class Files {
  @Get()
  file(): StreamableFile {
    return new StreamableFile(Buffer.from('x'));
  }
}
@McpExpose()
@Controller(':body')
class Collisions {
  @Post(':id')
  save(@Param('body') _body: string, @Body('id') _id: string): void {}
}

const REFUSED: readonly [Type, RegExp][] = [
  [Uploads, /^Uploads\.add: its parameter 2 is @UploadedFile\(\).*@McpExpose\(false\)/],
  [Responses, /^Responses\.send: its parameter 1 is @Res\(\).*passthrough: true/],
  [Nexts, /^Nexts\.skip: its parameter 1 is @Next\(\)/],
  [RawBodies, /^RawBodies\.hook: its parameter 1 is @RawBody\(\)/],
  [Events, /^Events\.events: @Sse\(\) sends a stream/],
  [Pages, /^Pages\.page: @Render\(\)/],
  [Files, /^Files\.file: it returns a StreamableFile/],
  [Collisions, /^Collisions\.save: the argument "body" would be its path and its body/],
];

describe('routes that cannot be tools', () => {
  it.each(REFUSED)('%o keeps the application from starting', async (controller, message) => {
    expect(await startError({ controllers: [controller] })).toMatch(message);
  });

  it('an explicit input makes the method a tool like any other', async () => {
    @Controller()
    class Explicit {
      @McpTool({ input: { type: 'object', properties: { id: { type: 'string' } } } })
      @Get('explicit')
      get(@Query('id') id: string): string {
        return id;
      }
    }
    const nest = await nestApp({ controllers: [Explicit] });
    const { content } = await nest.mcp.callTool('get', { id: 'a' });
    expect(content).toEqual([{ type: 'text', text: 'a' }]);
    await nest.close();
  });
});

describe('the option expose', () => {
  @Controller('cats')
  class Cats {
    @Get()
    list(): string {
      return 'cats';
    }
    @Post()
    add(): void {}
    @McpExpose({ names: 'method' })
    @Get('one')
    one(): void {}
    @McpExpose(false)
    @Get('none')
    none(): void {}
  }
  @ApiExcludeController()
  @Controller('hidden')
  class Hidden {
    @Get()
    list(): void {}
  }

  it('nothing is exposed without being asked for', async () => {
    const nest = await nestApp({ controllers: [Cats, Hidden] });
    expect(await toolNames(nest.port)).toEqual(['one']);
    await nest.close();
  });

  it('a filter that always says yes leaves out what Swagger leaves out', async () => {
    const nest = await nestApp({ controllers: [Cats, Hidden] }, { mcp: { expose: { filter: () => true } } });
    expect(await toolNames(nest.port)).toEqual(['cats_add', 'cats_list', 'one']);
    await nest.close();
  });

  it('gives the filter the path and the verb, and names by a function', async () => {
    const seen: string[] = [];
    const filter = ({
      verb,
      path,
      controller,
      method,
    }: {
      verb: string;
      path: string;
      controller: Function;
      method: string;
    }) => {
      seen.push(`${verb} ${path} ${controller.name}.${method}`);
      return verb === 'GET';
    };
    const names = (controller: string, method: string) => `${controller}.${method}`;
    const nest = await nestApp(
      { controllers: [Cats] },
      { mcp: { expose: { filter, names } }, prepare: (app) => app.setGlobalPrefix('api') },
    );
    expect(seen).toEqual(['GET /api/cats Cats.list', 'POST /api/cats Cats.add']);
    expect(await toolNames(nest.port, '/api/mcp')).toEqual(['Cats.list', 'one']);
    await nest.close();
  });

  it('is refused without a filter', async () => {
    expect(await startError({}, { mcp: { expose: {} as never } })).toContain(
      'McpModule option "expose" needs a "filter"',
    );
  });
});

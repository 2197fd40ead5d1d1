import { context, metrics, type Span, trace } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { Injectable } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { McpTool } from 'nestjs-mcp-fleet';
import { nestApp, type NestApp } from '../../fixtures/applications/nest-app.js';
import { EraClient } from '../../fixtures/clients/era-client.js';

@Injectable()
class Things {
  @McpTool()
  hello(): string {
    return 'hello';
  }
}

describe('OpenTelemetry that has no SDK', () => {
  let app: NestApp;
  const forget = (): void => [trace, metrics, context].forEach((api) => api.disable());
  beforeEach(async () => {
    forget();
    app = await nestApp({ providers: [Things] }, { adapter: 'fastify', mcp: {} });
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    forget();
    await app.close();
  });

  const call = async (): Promise<void> => {
    const client = await EraClient.open('modern', app.port);
    expect((await client.tool('hello')).result?.content).toEqual([{ type: 'text', text: 'hello' }]);
  };

  it('costs a call no span, and no context', async () => {
    const made = vi.spyOn(trace.getTracer('any').constructor.prototype as { startSpan(): Span }, 'startSpan');
    const entered = vi.spyOn(context, 'with');
    await call();
    expect(made).not.toHaveBeenCalled();
    expect(entered).not.toHaveBeenCalled();
  });

  it('is used from when an SDK is registered, although the application has started before', async () => {
    await call();
    const exporter = new InMemorySpanExporter();
    trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
    await call();
    await vi.waitFor(() => expect(exporter.getFinishedSpans().map(({ name }) => name)).toEqual(['tools/call hello']));
  });
});

import type { IncomingMessage } from 'node:http';
import { Module } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';

/** One access line per request. A request of MCP is logged with its method and the name of its tool. */
@Module({
  imports: [
    LoggerModule.forRoot({
      pinoHttp: {
        level: process.env.LOG_LEVEL ?? 'info',
        redact: ['req.headers.authorization'],
        customProps: (req: IncomingMessage & { mcp?: object }) => ({ mcp: req.mcp }),
      },
    }),
  ],
})
export class LoggingModule {}

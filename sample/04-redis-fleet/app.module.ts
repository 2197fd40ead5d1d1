import { Injectable, Module } from '@nestjs/common';
import { IsInt, IsString, Min } from 'class-validator';
import { McpModule, McpResource, McpServer, McpTool } from 'nestjs-mcp-fleet';

class Ringing {
  @IsInt()
  @Min(1)
  number!: number;
}

class Instance {
  @IsString()
  instance!: string;

  @IsInt()
  pid!: number;
}

/** A bell that everybody hears, wherever it is rung: nothing here knows that there are several of it. */
@Injectable()
export class BellTower {
  constructor(private readonly mcp: McpServer) {}

  @McpTool({ description: 'Tells which instance answers', output: Instance, annotations: { readOnlyHint: true } })
  whoami(): Instance {
    return { instance: process.env.INSTANCE_ID ?? 'alone', pid: process.pid };
  }

  @McpTool({ description: 'Rings the bell: all sessions hear the number, and who watches the clock is told to look' })
  async ring({ number }: Ringing): Promise<string> {
    const heard = await this.mcp.broadcast({ level: 'notice', logger: 'bell', data: number });
    await this.mcp.resourceUpdated('clock://time');
    return `${heard} sessions hear it.`;
  }

  @McpResource({ uri: 'clock://time', name: 'time', description: 'What the clock shows', mimeType: 'text/plain' })
  time(): string {
    return new Date().toISOString();
  }
}

@Module({
  // All that makes a fleet of it is the address of a Redis.
  imports: [McpModule.forRoot({ name: 'bell-tower', version: '1.0.0', redis: process.env.REDIS_URL })],
  providers: [BellTower],
})
export class AppModule {}

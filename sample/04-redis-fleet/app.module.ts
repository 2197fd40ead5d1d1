import { Injectable, Module } from '@nestjs/common';
import { IsInt, IsString, Min } from 'class-validator';
import { MOUNT } from '../shared/mount.js';
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

/** A bell that every session hears, whichever instance rings it. Nothing here knows of other instances. */
@Injectable()
export class BellTower {
  constructor(private readonly mcp: McpServer) {}

  @McpTool({ description: 'Returns the instance that answers', output: Instance, annotations: { readOnlyHint: true } })
  whoami(): Instance {
    return { instance: process.env.INSTANCE_ID ?? 'alone', pid: process.pid };
  }

  @McpTool({ description: 'Rings the bell: sends the number to all sessions and notifies subscribers of the clock' })
  async ring({ number }: Ringing): Promise<string> {
    const reached = await this.mcp.broadcast({ level: 'notice', logger: 'bell', data: number });
    await this.mcp.resourceUpdated('clock://time');
    return `${reached} sessions were notified.`;
  }

  @McpResource({ uri: 'clock://time', name: 'time', description: 'The time of the clock', mimeType: 'text/plain' })
  time(): string {
    return new Date().toISOString();
  }
}

@Module({
  // Only the address of a Redis turns the instances into a fleet.
  imports: [McpModule.forRoot({ name: 'bell-tower', version: '1.0.0', redis: process.env.REDIS_URL, mount: MOUNT })],
  providers: [BellTower],
})
export class AppModule {}

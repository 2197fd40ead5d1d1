import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { AuditSink, type McpAuditEvent } from 'nestjs-mcp-fleet';

export const AUDIT_FILE = process.env.AUDIT_FILE ?? 'audit.jsonl';

/** Writes one line of JSON for each event. */
@Injectable()
export class FileAudit extends AuditSink implements OnApplicationShutdown {
  readonly #file = createWriteStream(AUDIT_FILE, { flags: 'a' });

  override async record(event: McpAuditEvent): Promise<void> {
    // Not awaited to be written, but to be taken: a disk that is too slow is felt here, and not in memory.
    if (!this.#file.write(`${JSON.stringify(event)}\n`)) await once(this.#file, 'drain');
  }

  onApplicationShutdown(): void {
    this.#file.end();
  }
}

import { Module } from '@nestjs/common';
import { AuditSink, McpModule } from 'nestjs-mcp-fleet';
import { MOUNT } from '../shared/mount.js';
import { FileAudit } from './file-audit.js';
import { LibraryTools } from './library.tools.js';

const { PORT = '3000' } = process.env;

/** How clients reach this server, and who issues their tokens. Behind a load balancer it is the balancer's URL. */
export const RESOURCE = process.env.RESOURCE ?? `http://127.0.0.1:${PORT}/mcp`;
export const ISSUER = process.env.ISSUER_URL ?? 'http://127.0.0.1:4000';

@Module({
  imports: [
    McpModule.forRoot({
      name: 'library',
      version: '1.0.0',
      redis: process.env.REDIS_URL,
      mount: MOUNT,
      auth: {
        resource: RESOURCE,
        issuers: [ISSUER],
        requiredScopes: ['books:read'],
        impliedScopes: { 'books:lend': ['books:read'] },
        principal: ({ roles }) => ({ roles: Array.isArray(roles) ? roles.map(String) : [] }),
        metadata: { resourceName: 'The library' },
      },
    }),
  ],
  providers: [LibraryTools, { provide: AuditSink, useClass: FileAudit }],
})
export class AppModule {}

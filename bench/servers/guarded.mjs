import { Injectable } from '@nestjs/common';
import { AuditSink, McpLimit, McpModule, McpTool, TokenVerifier } from 'nestjs-mcp-fleet';
import { decorateClass, decorateMethod } from '../harness/decorate.mjs';
import { adapterOfQuery, moduleWith, query, serveNest } from '../harness/nest.mjs';
import { ADD_DESCRIPTION, add } from '../tools.mjs';
import { AddInput } from '../tools.dto.mjs';

const ISSUER = 'https://login.example.com';
const RESOURCE = 'http://127.0.0.1/mcp';
const has = (part) => query.get('with')?.split(' ').includes(part) ?? false;
/** Nothing is refused, and everything is counted. */
const PLENTY = 1_000_000_000;

class Tools {
  add(args) {
    return add(args);
  }
}
Reflect.defineMetadata('design:paramtypes', [AddInput], Tools.prototype, 'add');
const limits = has('limits') ? [McpLimit({ limit: PLENTY, windowMs: 60_000, concurrent: PLENTY })] : [];
decorateMethod(Tools, 'add', [...limits, McpTool({ name: 'add', description: ADD_DESCRIPTION })]);
decorateClass(Tools, [Injectable()]);

/** A token that was verified is remembered, as it is with the keys of an issuer. */
class Verifier extends TokenVerifier {
  async verify(token) {
    const now = Date.now();
    const times = { expiresAt: now + 3_600_000, reusableUntil: now + 60_000 };
    return { issuer: ISSUER, subject: token, audience: RESOURCE, clientId: 'bench', scopes: ['mcp'], ...times };
  }
}

/** Keeps the last events. What a sink does with them is the application's affair. */
class Last extends AuditSink {
  events = Array.from({ length: 1000 });
  count = 0;
  record(event) {
    this.events[this.count++ % 1000] = event;
  }
}

const auth = { resource: RESOURCE, issuers: [ISSUER], requiredScopes: ['mcp'] };
await serveNest(
  moduleWith({
    imports: [
      McpModule.forRoot({
        ...{ name: 'bench', version: '1.0.0', mount: query.get('mount') ?? undefined },
        ...(query.has('redis') && { redis: query.get('redis') }),
        ...(has('auth') && { auth }),
        ...(has('limits') && { limits: { limit: PLENTY, windowMs: 60_000 } }),
      }),
    ],
    providers: [
      Tools,
      ...(has('audit') ? [{ provide: AuditSink, useClass: Last }] : []),
      ...(has('auth') ? [{ provide: TokenVerifier, useClass: Verifier }] : []),
    ],
  }),
  adapterOfQuery(),
);

import { Controller, Get, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { McpModule, PrincipalResolver } from 'nestjs-mcp-fleet';
import { MOUNT } from '../shared/mount.js';
import { BillingTools } from './billing.tools.js';
import { Clerk, SignedInGuard, TokenPrincipals } from './enhancers.js';
import type { Invoice } from './invoice.dto.js';
import { Invoices } from './invoices.js';

/** The existing HTTP API of this application, with the same services and the same global guard. */
@Controller('invoices')
class InvoicesController {
  constructor(private readonly invoices: Invoices) {}

  @Get()
  all(): Invoice[] {
    return this.invoices.all();
  }
}

@Module({
  imports: [McpModule.forRoot({ name: 'billing', version: '1.0.0', redis: process.env.REDIS_URL, mount: MOUNT })],
  controllers: [InvoicesController],
  providers: [
    Invoices,
    Clerk,
    BillingTools,
    { provide: PrincipalResolver, useClass: TokenPrincipals },
    { provide: APP_GUARD, useClass: SignedInGuard },
  ],
})
export class AppModule {}

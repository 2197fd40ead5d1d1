import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ClsModule } from 'nestjs-cls';
import { Tenant, TenantGuard } from './tenant.js';

@Global()
@Module({
  imports: [ClsModule.forRoot({ global: true, middleware: { mount: true } })],
  providers: [Tenant, { provide: APP_GUARD, useClass: TenantGuard }],
  exports: [Tenant],
})
export class TenantsModule {}

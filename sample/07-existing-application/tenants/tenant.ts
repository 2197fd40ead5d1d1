import { type CanActivate, type ExecutionContext, ForbiddenException, Injectable } from '@nestjs/common';
import { ClsService } from 'nestjs-cls';
import type { StaffMember } from '../access/staff.js';

/** The shop that the present request is about. It travels beside the call, so that no service passes it on. */
@Injectable()
export class Tenant {
  constructor(private readonly cls: ClsService) {}

  get name(): string {
    const name = this.cls.get<string | undefined>('tenant');
    if (name === undefined) throw new ForbiddenException('Sign in to work in a shop.');
    return name;
  }
}

/** Keeps the shop of the token for the rest of the request. */
@Injectable()
export class TenantGuard implements CanActivate {
  constructor(private readonly cls: ClsService) {}

  canActivate(context: ExecutionContext): boolean {
    const { user } = context.switchToHttp().getRequest<{ user?: StaffMember }>();
    if (user) this.cls.set('tenant', user.tenant);
    return true;
  }
}

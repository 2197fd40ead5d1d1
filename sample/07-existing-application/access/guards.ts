import { type CanActivate, type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { Role, StaffMember } from './staff.js';

const PUBLIC = 'public';
const ROLES = 'roles';

/** Routes that need no token. */
export const Public = () => SetMetadata(PUBLIC, true);

/** Routes and tools for those who have one of these roles. */
export const Roles = (...roles: Role[]) => SetMetadata(ROLES, roles);

/** 1. Who is asking? */
@Injectable()
export class JwtGuard extends AuthGuard('jwt') {
  constructor(private readonly reflector: Reflector) {
    super();
  }

  override canActivate(context: ExecutionContext) {
    const isPublic = this.reflector.getAllAndOverride<boolean>(PUBLIC, [context.getHandler(), context.getClass()]);
    return isPublic || super.canActivate(context);
  }
}

/** 2. May they? */
@Injectable()
export class RolesGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const allowed = this.reflector.getAllAndOverride<Role[]>(ROLES, [context.getHandler(), context.getClass()]);
    if (!allowed) return true;
    const { user } = context.switchToHttp().getRequest<{ user?: StaffMember }>();
    return allowed.some((role) => user?.roles.includes(role));
  }
}

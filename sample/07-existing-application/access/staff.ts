import { timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';

export type Role = 'clerk' | 'manager';

/** What a token says about its owner, and what guards find as `request.user`. */
export interface StaffMember {
  readonly sub: string;
  readonly tenant: string;
  readonly roles: readonly Role[];
}

/** For demonstration only: an application keeps its users in a database, and hashes instead of passwords. */
const STAFF: readonly (StaffMember & { readonly password: string })[] = [
  { sub: 'ada', password: 'lovelace', tenant: 'north', roles: ['clerk', 'manager'] },
  { sub: 'bob', password: 'builder', tenant: 'north', roles: ['clerk'] },
  { sub: 'cleo', password: 'patra', tenant: 'south', roles: ['clerk', 'manager'] },
];

@Injectable()
export class Staff {
  identify(name: string, password: string): StaffMember | undefined {
    const member = STAFF.find(({ sub }) => sub === name);
    if (!member || !equal(member.password, password)) return undefined;
    const { sub, tenant, roles } = member;
    return { sub, tenant, roles };
  }
}

function equal(expected: string, actual: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(actual)];
  return a.length === b.length && timingSafeEqual(a, b);
}

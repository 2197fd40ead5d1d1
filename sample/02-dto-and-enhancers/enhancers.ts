import {
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  Catch,
  ConsoleLogger,
  type ExceptionFilter,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
  type PipeTransform,
  Scope,
  UnauthorizedException,
} from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import {
  McpContext,
  McpExecutionContext,
  type Principal,
  PrincipalRefusedError,
  type PrincipalRequest,
  PrincipalResolver,
  ToolError,
} from 'nestjs-mcp-fleet';
import { finalize, type Observable } from 'rxjs';
import type { Invoice } from './invoice.dto.js';
import { InvoiceError, Invoices } from './invoices.js';

// Everything that happens around a call, in the order in which it happens.

const principal = (subject: string, ...roles: string[]): Principal => ({ issuer: 'demo', subject, roles });

/** For the demonstration only. A real resolver verifies a signed token; secrets never stand in source code. */
const TOKENS = new Map([
  ['alice-token', principal('alice', 'viewer', 'accountant')],
  ['bob-token', principal('bob', 'viewer')],
]);

/** 1. Who calls. Without a token nobody in particular, with a wrong one nobody at all. */
@Injectable()
export class TokenPrincipals extends PrincipalResolver {
  override resolve({ headers }: Pick<PrincipalRequest, 'headers'>): Principal | undefined {
    const { authorization } = headers;
    if (authorization === undefined) return undefined;
    const known = TOKENS.get(String(authorization).replace(/^Bearer /i, ''));
    if (!known) throw new PrincipalRefusedError(401, 'This token is not known');
    return known;
  }
}

/** 2. The global guard, for the HTTP routes and the tools of the application alike: it asks which of them it guards. */
@Injectable()
export class SignedInGuard implements CanActivate {
  constructor(private readonly principals: PrincipalResolver) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (!(await this.#caller(context))) throw new UnauthorizedException('Send a token');
    return true;
  }

  async #caller(context: ExecutionContext): Promise<Principal | undefined> {
    if (McpExecutionContext.is(context)) return McpExecutionContext.create(context).getContext().principal;
    const request = context.switchToHttp().getRequest<PrincipalRequest>();
    try {
      return await this.principals.resolve(request);
    } catch {
      return undefined;
    }
  }
}

/** 3. The guard of one class of tools. */
@Injectable()
export class AccountantGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { principal: caller } = McpExecutionContext.create(context).getContext();
    return Array.isArray(caller?.roles) && caller.roles.includes('accountant');
  }
}

/** 4. Around the method, and the pipes and the validation before it. */
@Injectable()
export class TimingInterceptor implements NestInterceptor {
  readonly #logger = new ConsoleLogger('Billing');

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const started = performance.now();
    const { name, principal: caller } = McpExecutionContext.create(context).getContext();
    const tell = () => {
      const took = (performance.now() - started).toFixed(1);
      this.#logger.log(`${name} for ${caller?.subject} took ${took} ms`);
    };
    return next.handle().pipe(finalize(tell));
  }
}

/** 5. Makes the number of an invoice, which is validated by then, the invoice itself. */
@Injectable()
export class InvoiceByNumber implements PipeTransform<string, Invoice> {
  constructor(private readonly invoices: Invoices) {}

  transform(number: string): Invoice {
    return this.invoices.find(number);
  }
}

/** 6. For the time of one call: `REQUEST` is the call's `McpContext`. */
@Injectable({ scope: Scope.REQUEST })
export class Clerk {
  constructor(@Inject(REQUEST) private readonly ctx: McpContext) {}

  get name(): string {
    return this.ctx.principal?.subject ?? 'nobody';
  }
}

/** 7. Says errors of the domain in a way that the model can act on; without it they would be "Internal error". */
@Catch(InvoiceError)
export class InvoiceErrors implements ExceptionFilter<InvoiceError> {
  catch({ message }: InvoiceError, _host: ArgumentsHost): never {
    throw new ToolError(`${message}. Nothing was changed.`);
  }
}

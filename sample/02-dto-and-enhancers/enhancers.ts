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

// Everything that runs around a call, in the order of execution.

const principal = (subject: string, ...roles: string[]): Principal => ({ issuer: 'demo', subject, roles });

/** For demonstration only. A real resolver verifies a signed token; secrets do not belong in source code. */
const TOKENS = new Map([
  ['alice-token', principal('alice', 'viewer', 'accountant')],
  ['bob-token', principal('bob', 'viewer')],
]);

/** 1. Identifies the caller. Without a token the caller is anonymous; a wrong token is refused. */
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

/** 2. The global guard. It guards HTTP routes and tools, and distinguishes them by their execution context. */
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

/** 4. Runs around the method, including validation and pipes. */
@Injectable()
export class TimingInterceptor implements NestInterceptor {
  readonly #logger = new ConsoleLogger('Billing');

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const started = performance.now();
    const { name, principal: caller } = McpExecutionContext.create(context).getContext();
    const log = () => {
      const took = (performance.now() - started).toFixed(1);
      this.#logger.log(`${name} for ${caller?.subject} took ${took} ms`);
    };
    return next.handle().pipe(finalize(log));
  }
}

/** 5. Replaces the validated number of an invoice by the invoice. */
@Injectable()
export class InvoiceByNumber implements PipeTransform<string, Invoice> {
  constructor(private readonly invoices: Invoices) {}

  transform(number: string): Invoice {
    return this.invoices.find(number);
  }
}

/** 6. A provider that lives for one call: `REQUEST` is the `McpContext` of the call. */
@Injectable({ scope: Scope.REQUEST })
export class Clerk {
  constructor(@Inject(REQUEST) private readonly ctx: McpContext) {}

  get name(): string {
    return this.ctx.principal?.subject ?? 'nobody';
  }
}

/** 7. Turns domain errors into tool errors that the model can act on. They would be "Internal error" otherwise. */
@Catch(InvoiceError)
export class InvoiceErrors implements ExceptionFilter<InvoiceError> {
  catch({ message }: InvoiceError, _host: ArgumentsHost): never {
    throw new ToolError(`${message}. Nothing was changed.`);
  }
}

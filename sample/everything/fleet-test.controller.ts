import { BadRequestException, Body, Controller, HttpCode, Injectable, Post } from '@nestjs/common';
import {
  type DeliveryOutcome,
  type McpLogMessage,
  McpServer,
  type Principal,
  type PrincipalRequest,
  PrincipalResolver,
} from 'nestjs-mcp-fleet';

/** A string is the subject of a principal of the issuer `fleet-test`. */
type PrincipalName = string | { readonly issuer: string; readonly subject: string; readonly clientId?: string };

interface Notice {
  readonly text: string;
}
interface AddressedNotice extends Notice {
  readonly sessionId?: string;
  readonly principal?: PrincipalName;
}

const named = (name: PrincipalName): Principal =>
  typeof name === 'string' ? { issuer: 'fleet-test', subject: name } : name;

const message = (text: string): McpLogMessage => ({ level: 'info', logger: 'fleet-test', data: text });

/** `Bearer alice` is the principal "alice", unverified, for tests only. Otherwise callers are anonymous. */
@Injectable()
export class FleetTestPrincipals extends PrincipalResolver {
  override resolve({ headers }: PrincipalRequest): Principal | undefined {
    const subject = /^Bearer (.+)$/i.exec(String(headers.authorization ?? ''))?.[1];
    return subject === undefined ? undefined : named(subject);
  }
}

/** With `FLEET_TEST=1` only: sends to clients from any instance, whichever instance holds their streams. */
@Controller('test')
export class FleetTestController {
  constructor(private readonly mcp: McpServer) {}

  @Post('notify')
  @HttpCode(200)
  async notify(@Body() body: AddressedNotice): Promise<{ outcome: DeliveryOutcome }> {
    const { sessionId, principal, text } = body ?? {};
    if (sessionId !== undefined) return { outcome: await this.mcp.sendToSession(sessionId, message(text)) };
    if (principal !== undefined) return { outcome: await this.mcp.sendToPrincipal(named(principal), message(text)) };
    throw new BadRequestException('Name a sessionId or a principal.');
  }

  @Post('resource-updated')
  @HttpCode(200)
  async resourceUpdated(@Body() { uri }: { readonly uri: string }): Promise<{ uri: string }> {
    await this.mcp.resourceUpdated(uri);
    return { uri };
  }

  /** @returns how many sessions it reached */
  @Post('broadcast')
  @HttpCode(200)
  async broadcast(@Body() { text }: Notice): Promise<{ reached: number }> {
    return { reached: await this.mcp.broadcast(message(text)) };
  }
}

import { Injectable } from '@nestjs/common';
import fc from 'fast-check';
import { AccessPolicy, PrincipalResolver, type AccessTarget, type McpAccess, type Principal } from 'nestjs-mcp-fleet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nestApp, type NestApp } from '../../fixtures/applications/nest-app.js';
import { EraClient, ERAS, type EraName, type Outcome } from '../../fixtures/clients/era-client.js';
import { figure } from '../../fixtures/measurements/figures.js';
import { granted, GrantedPrincipals, type Grant } from '../../fixtures/security/granted-principals.js';

const SCOPES = ['s0', 's1', 's2', 's3'];
const ROLES = ['r0', 'r1', 'r2'];
const SUBJECTS = ['ann', 'ben', 'cid'];

/** Allows a random set of subjects, at once or later. */
class Random extends AccessPolicy {
  constructor(
    private readonly subjects: readonly string[],
    private readonly later: boolean,
  ) {
    super();
  }

  override allows(who: Principal | undefined, _what: AccessTarget): boolean | Promise<boolean> {
    const allowed = who !== undefined && this.subjects.includes(who.subject);
    return this.later ? Promise.resolve(allowed) : allowed;
  }
}

const some = (of: readonly string[]) => fc.subarray([...of], { minLength: 1 });
const policies = fc.array(
  fc.tuple(fc.subarray(SUBJECTS), fc.boolean()).map(([subjects, later]) => new Random(subjects, later)),
  { minLength: 1, maxLength: 2 },
);
const rules: fc.Arbitrary<McpAccess | undefined> = fc.oneof(
  fc.constant(undefined),
  fc.constant({ public: true }),
  fc.record({ scopes: some(SCOPES), roles: some(ROLES), allow: policies }, { requiredKeys: [] }),
);
const callers: fc.Arbitrary<Grant | undefined> = fc.option(
  fc.record({ subject: fc.constantFrom(...SUBJECTS), scopes: fc.subarray(SCOPES), roles: fc.subarray(ROLES) }),
  { nil: undefined },
);

/** Whether a caller gets it, by the definition of the rules and not by the code under test. */
function expected(rule: McpAccess | undefined, who: Grant | undefined, publicOnly: boolean): boolean {
  if (rule?.public) return true;
  if (publicOnly && !who) return false;
  if (!rule) return true;
  const policy = rule.allow?.every((one) =>
    SUBJECTS.some((s) => s === who?.subject && (one as Random)['subjects'].includes(s)),
  );
  return (
    (rule.scopes ?? []).every((scope) => who?.scopes?.includes(scope)) &&
    (!rule.roles || rule.roles.some((role) => who?.roles?.includes(role))) &&
    policy !== false
  );
}

const KINDS = ['tool', 'resource', 'template', 'prompt'] as const;
type Kind = (typeof KINDS)[number];

const LISTS: Record<Kind, [method: string, field: string, name: string]> = {
  tool: ['tools/list', 'tools', 'name'],
  resource: ['resources/list', 'resources', 'uri'],
  template: ['resources/templates/list', 'resourceTemplates', 'uriTemplate'],
  prompt: ['prompts/list', 'prompts', 'name'],
};

const nameOf = (kind: Kind, index: number): string =>
  ({ tool: `n${index}`, prompt: `n${index}`, resource: `r${index}://x`, template: `t${index}://{x}` })[kind];

async function listed(client: EraClient, kind: Kind): Promise<string[]> {
  const [method, field, name] = LISTS[kind];
  const found: string[] = [];
  for (let cursor: string | undefined; ;) {
    const { result } = await client.call(method, cursor === undefined ? {} : { cursor });
    found.push(...(result![field] as Record<string, string>[]).map((one) => one[name]!));
    cursor = result!.nextCursor as string | undefined;
    if (cursor === undefined) return found;
  }
}

function use(client: EraClient, kind: Kind, index: number): Promise<Outcome> {
  if (kind === 'tool') return client.tool(nameOf(kind, index));
  if (kind === 'prompt') return client.call('prompts/get', { name: nameOf(kind, index) });
  return client.call('resources/read', { uri: kind === 'resource' ? `r${index}://x` : `t${index}://y` });
}

@Injectable()
class Nothing {}

describe.each([false, true])(
  'P: with random rules, a list shows exactly what may be used (public-only: %s)',
  (publicOnly) => {
    let nest: NestApp;
    beforeAll(async () => {
      const capabilities = { tools: true, resources: true, prompts: true };
      const access = publicOnly ? { anonymous: 'public-only' as const } : {};
      const providers = [{ provide: PrincipalResolver, useClass: GrantedPrincipals }];
      // Several pages, so that cursors are part of it.
      nest = await nestApp({ providers: [Nothing] }, { mcp: { providers, capabilities, access, pageSize: 2 } });
    });
    afterAll(() => nest.close());

    async function register(kind: Kind, index: number, access: McpAccess | undefined): Promise<void> {
      const { mcp } = nest;
      const name = `n${index}`;
      const enhancers = access ? { access } : {};
      if (kind === 'tool') return mcp.registerTool({ name }, () => 'used', enhancers);
      if (kind === 'prompt') return mcp.registerPrompt({ name }, () => 'used', enhancers);
      return mcp.registerResource({ name, uri: nameOf(kind, index) }, () => 'used', enhancers);
    }

    function clear(count: number): void {
      for (let index = 0; index < count; index++) {
        nest.mcp.removeTool(`n${index}`);
        nest.mcp.removePrompt(`n${index}`);
        for (const kind of ['resource', 'template'] as const) nest.mcp.removeResource(nameOf(kind, index));
      }
    }

    it.each(ERAS)('in the %s era', async (era: EraName) => {
      let decisions = 0;
      const property = fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...KINDS), rules), { minLength: 1, maxLength: 7 }),
        fc.array(callers, { minLength: 1, maxLength: 3 }),
        async (entries, grants) => {
          for (const [index, [kind, rule]] of entries.entries()) await register(kind, index, rule);
          try {
            for (const grant of grants) {
              const client = await EraClient.open(era, nest.port, { headers: granted(grant) });
              const shown = Object.fromEntries(
                await Promise.all(KINDS.map(async (kind) => [kind, await listed(client, kind)] as const)),
              );
              for (const [index, [kind, rule]] of entries.entries()) {
                const allowed = expected(rule, grant, publicOnly);
                expect(shown[kind]!.includes(nameOf(kind, index))).toBe(allowed);
                expect((await use(client, kind, index)).error === undefined).toBe(allowed);
                decisions++;
              }
            }
          } finally {
            clear(entries.length);
          }
        },
      );
      await fc.assert(property, { numRuns: 40 });
      figure(
        'ACCESS',
        `decisions on which list and call agreed, ${era}${publicOnly ? ', public-only' : ''}`,
        decisions,
      );
      expect(decisions).toBeGreaterThan(100);
    });
  },
);

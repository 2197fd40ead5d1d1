/** `?rules=none|scopes|policies`: 52 tools that the caller sees, with rules also a dozen that it does not see. */
import { Injectable } from '@nestjs/common';
import { AccessPolicy, McpAllow, McpModule, McpRoles, McpScopes, McpTool, PrincipalResolver } from 'nestjs-mcp-fleet';
import { decorateClass, decorateMethod } from '../harness/decorate.mjs';
import { fastify, moduleWith, query, serveNest } from '../harness/nest.mjs';
import { SearchInput } from '../tools.dto.mjs';

const VISIBLE = 52;
const HIDDEN = 12;
const rules = query.get('rules');

class OwnTools extends AccessPolicy {
  allows(who, what) {
    return who !== undefined && !what.name.startsWith('hidden');
  }
}

class Principals extends PrincipalResolver {
  resolve({ headers }) {
    const subject = headers.authorization;
    return { issuer: 'https://as.example', subject, scopes: ['read', 'write', 'search'], roles: ['user', 'editor'] };
  }
}

const SEEN = [
  [McpScopes('read')],
  [McpScopes('read', 'write')],
  [McpScopes('search'), McpRoles('editor')],
  [],
  [McpRoles('user', 'admin')],
];
const UNSEEN = [[McpScopes('admin')], [McpScopes('read', 'purge')], [McpRoles('root')]];

function rulesOf(index, isHidden) {
  if (rules === 'none') return [];
  if (rules === 'policies') return [McpAllow(OwnTools)];
  const some = isHidden ? UNSEEN : SEEN;
  return some[index % some.length];
}

class Tools {}
function tool(name, index, isHidden) {
  Tools.prototype[name] = ({ query: text }) => `Nothing found for ${text}`;
  Reflect.defineMetadata('design:paramtypes', [SearchInput], Tools.prototype, name);
  const description = `Searches collection ${index} and answers with the best matches`;
  decorateMethod(Tools, name, [...rulesOf(index, isHidden), McpTool({ name, description })]);
}
for (let index = 0; index < VISIBLE; index++) tool(`search_${String(index).padStart(2, '0')}`, index, false);
if (rules !== 'none') for (let index = 0; index < HIDDEN; index++) tool(`hidden_${index}`, index, true);
decorateClass(Tools, [Injectable()]);

await serveNest(
  moduleWith({
    imports: [McpModule.forRoot({ name: 'bench', version: '1.0.0', mount: query.get('mount') ?? undefined })],
    providers: [Tools, OwnTools, { provide: PrincipalResolver, useClass: Principals }],
  }),
  fastify(),
);

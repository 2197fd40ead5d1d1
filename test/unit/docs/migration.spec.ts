import { describe, expect, it } from 'vitest';
import { read } from './documents.js';

/** What users of the two packages can write, as their sources of these versions have it. */
const SURFACES = {
  'docs/migrate-from-rekog.md': `
    name version server title description websiteUrl icons capabilities cacheHints instructions serverMutator transports
    httpAdapter allowUnauthenticatedAccess logging
    registerTool registerResource registerPrompt removeTool removeResource removePrompt bindRequestHandlers
    createBoundServer on unwrap close setHttpAdapter connectMicroservice startAllMicroservices MCP_STRATEGY
    @McpController @Tool @Resource @ResourceTemplate @Prompt @PublicTool @ToolScopes @ToolRoles @Payload @Ctx
    @McpRawRequest @McpUser mcpMessagePattern parameters outputSchema annotations _meta uriTemplate match
    reportProgress log mcpServer mcpRequest getSession getRawRequest getProtocolVersion getClientCapabilities
    getClientInfo getTraceContext
    endpoint statefulMode enableJsonResponse sessionIdGenerator protocol responseMode allowedOrigins allowedHosts
    stepUpAuthorization mount httpHandlers StdioTransport legacy McpHttpControllerFor StreamableHttpController
    MCP_HTTP_HANDLER McpExceptionFilter ToolAuthorizationService
    provider clientId clientSecret jwtSecret serverUrl resource jwtIssuer jwtAudience skipCookieParserCheck
    protectedResourceMetadata authorizationServerMetadata scopeValidation requirePkce consent
    clientIdMetadataDocuments storeConfiguration IOAuthStore apiPrefix endpoints disableEndpoints McpAuthJwtGuard`,
  'docs/migrate-from-platformatic.md': `
    serverInfo capabilities instructions enableSSE sseMaxConnectionMs enableTasks taskDefaultTtlMs taskMaxTtlMs
    allowedOrigins canAccessTool onToolCallComplete transformRouteSchema validateJsonSchemaInputs sessionStore
    messageBroker redis authorization
    mcpAddTool mcpCallTool mcpHasTool mcpListToolNames mcpAddResource uriPattern uriSchema mcpAddPrompt argumentSchema
    mcpSetResourceSubscribeHandler mcpSetResourceUnsubscribeHandler mcpBroadcastNotification mcpSendToSession mcpElicit
    mcpElicitUrl mcpNotifyElicitationComplete mcpClient oauthClient
    mcpPlugin StdioTransport createStdioTransport runStdioServer RedisMessageBroker MemoryMessageBroker MessageBroker
    MemorySessionStore RedisSessionStore SessionStore SessionMetadata MemoryTaskStore RedisTaskStore TaskStore TaskRecord
    TaskOutcome createMcpClient LATEST_PROTOCOL_VERSION SUPPORTED_PROTOCOL_VERSIONS
    DEFAULT_NEGOTIATED_PROTOCOL_VERSION JSONRPC_VERSION URL_ELICITATION_REQUIRED
    enabled authorizationServers resourceUri excludedPaths requiredScopes tokenValidation oauth2Client dcrHooks
    userId clientId scopes audience expiresAt issuedAt authorizationServer`,
};

const words = Object.entries(SURFACES).flatMap(([document, names]) =>
  names
    .trim()
    .split(/\s+/)
    .map((name) => ({ document, name })),
);

/** The code spans of a document's prose and tables. */
const spansOf = (document: string): string =>
  [
    ...read(document)
      .replace(/^```[\s\S]*?^```/gm, '')
      .matchAll(/`([^`\n]+)`/g),
  ]
    .map(([, code]) => code)
    .join('\n');

describe('the migration guides', () => {
  it.each(words)('$document says what becomes of $name', ({ document, name }) => {
    expect(spansOf(document)).toMatch(new RegExp(`(?<![\\w@])${name}(?!\\w)`));
  });
});

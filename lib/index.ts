// Module and options
export { McpModule } from './mcp.module.js';
export type { McpOptions } from './options/mcp-options.js';
export type {
  McpModuleAsyncOptions,
  McpModuleExtras,
  McpModuleOptions,
  McpOptionsFactory,
} from './options/module-options.js';
export { McpOptionsError } from './options/invalid-option.js';
export type {
  RedisClientLike,
  RedisClusterOptions,
  RedisConnectionOptions,
  RedisOption,
} from './redis/connection/redis-option.js';
export { McpController } from './mcp.controller.js';
export type { SseEvent } from './transport/http/sse/sse-event.js';
export type { McpRequestLabel } from './transport/http/request-label.js';
export { McpStdio, type McpStdioOptions } from './mcp.stdio.js';
export { InjectMcpServer, mcpServerToken } from './mcp.tokens.js';

// Declaring tools, resources and prompts
export * from './decorators/index.js';
export { McpProperty, McpSchema, McpSecret, SchemaError } from './schema/index.js';
export type { JsonSchema, McpPropertyOptions, McpSchemaOptions, SchemaSource } from './schema/index.js';
export type { McpLimitOptions } from './limits/limit.js';
export type { McpSkillDirectory } from './extensions/skills/skill-directory.js';
export { DuplicateEntryError } from './catalog/table.js';
export { McpDeclarationError } from './discovery/registrar.js';
export { InvalidArgumentsError } from './exchange/invalid-arguments.js';

// For use in a method
export { McpContext } from './context/mcp-context.js';
export type { ContextLog } from './context/context-log.js';
export { CancelledError } from './exchange/exchange.js';
export { progress, Progress } from './context/progress.js';
export * from './protocol/content.js';
export type { CacheHint, Icon, TaskSupport, ToolAnnotations } from './protocol/definitions.js';
export {
  AccessDeniedError,
  AuthenticationRequiredError,
  CallTimeoutError,
  CapacityError,
  ErrorCode,
  InsufficientScopeError,
  LimitExceededError,
  McpError,
  MissingClientCapabilityError,
  ResourceNotFoundError,
  ResultTooLargeError,
  ToolError,
} from './protocol/errors.js';
export { LOG_LEVELS, type LogLevel } from './protocol/log-levels.js';

// Asking for input
export { inputRequired, InputRequired } from './interaction/input-required.js';
export type {
  InputRequest,
  Root,
  SamplingMessage,
  SamplingParams,
  SamplingResult,
} from './interaction/input-request.js';
export { InputRefusedError } from './interaction/interaction.js';
export type { ElicitAction, ElicitResult } from './interaction/questions.js';
export type { AskOptions, FormRequest } from './context/context-input.js';
export type { StateKey } from './interaction/key-ring.js';
export type { SchemaType } from './schema/index.js';

// In guards, interceptors and filters
export { MCP_CONTEXT_TYPE, McpExecutionContext } from './pipeline/execution-context.js';

// From anywhere in the application
export type { McpHealth } from './server/health.js';
export { McpServer } from './server/mcp-server.js';
export type { McpHandler, McpHandlerEnhancers } from './server/run-time-primitive.js';
export type { DeliveryOutcome, McpLogMessage } from './server/announcer.js';
export type { CallToolOptions } from './server/call-in-process.js';

// Who is calling
export { PrincipalRefusedError, PrincipalResolver, type PrincipalRequest } from './session/principal-resolver.js';
export { UnidentifiedUserError, UserPrincipalResolver } from './session/user-principal-resolver.js';
export { principalId, type Principal } from './session/principal.js';

// Who is calling, by access tokens
export type {
  AudienceClaim,
  AuthIntrospection,
  AuthIssuer,
  AuthMetadata,
  AuthOptions,
  PrincipalDetails,
  TokenClaims,
} from './auth/auth-options.js';
export { IssuerUnavailableError, TokenRefusedError } from './auth/auth-errors.js';
export { auth0, type Auth0Options } from './auth/presets/auth0.js';
export { cognito, type CognitoOptions } from './auth/presets/cognito.js';
export { entra, type EntraOptions } from './auth/presets/entra.js';
export { keycloak, type KeycloakOptions } from './auth/presets/keycloak.js';
export { okta, type OktaOptions } from './auth/presets/okta.js';
export { TokenVerifier, type VerifiedToken } from './auth/token-verifier.js';

// Who may do what
export { AccessPolicy, fromGuard } from './access/access-policy.js';
export type { AccessOperation, AccessPolicySource, AccessTarget, GuardReference } from './access/access-policy.js';
export type { AccessOptions } from './access/access-options.js';
export type { McpAccess } from './access/access-rule.js';

// What has happened
export { AuditSink } from './audit/audit-sink.js';
export type {
  McpAuditCaller,
  McpAuditEvent,
  McpAuditOutcome,
  McpAuditReason,
  McpAuditRefusal,
  McpAuditRequest,
  McpAuditSessionEnd,
  McpAuditTaskEnd,
} from './observe/audit-event.js';
export type { McpAuditOptions } from './options/audit-options.js';
export type { McpTelemetryOptions } from './options/telemetry-options.js';
export { mcpChannel } from './observe/channels.js';
export type {
  McpAnswer,
  McpEvent,
  McpEventKind,
  McpHop,
  McpLeaseLoss,
  McpQuestion,
  McpQuestionEnd,
  McpRequestStart,
  McpResumeOutcome,
  McpSessionStart,
  McpStreamResume,
} from './observe/event.js';
export type { McpEventOrigin } from './observe/event-origin.js';
export type { McpQuestionOutcome } from './interaction/question-observer.js';

// Replaceable parts
export { BackendFullError, BackendUnavailableError } from './session/backend-unavailable.js';
export { StorageLimitError } from './session/storage-limit.js';
export { SessionLimitError, SessionStore, type SessionFilter } from './session/session-store.js';
export type { SessionKey, SessionPatch, SessionRecord } from './session/session-record.js';
export { EventLog, StreamLimitError } from './stream/event-log.js';
export type { AppendOptions, AppendOutcome, LogEntry, StreamPage } from './stream/event-log.js';
export { decodeStreamSignals, encodeStreamSignal, type StreamSignal } from './stream/stream-signal.js';
export {
  MessageBroker,
  type BrokerStatus,
  type BrokerSubscription,
  type MessageListener,
} from './broker/message-broker.js';
export { NonceStore } from './interaction/nonce-store.js';
export { PendingRequests, type PendingRequest } from './interaction/pending-requests.js';
export { TaskLimitError, TaskStore, type TaskMove, type TaskPosition } from './task/task-store.js';
export type { TaskOverview } from './task/task-overview.js';
export type {
  TaskAnswer,
  TaskCaller,
  TaskKey,
  TaskCheckpoint,
  TaskSpec,
  TaskPatch,
  TaskRecord,
  TaskStatus,
} from './task/task-record.js';
export { MemoryEventLog } from './memory/memory-event-log.js';
export { MemoryMessageBroker } from './memory/memory-message-broker.js';
export { MemorySessionStore } from './memory/memory-session-store.js';
export { MemoryTaskStore } from './memory/memory-task-store.js';
export type { SessionRegistry } from './memory/session-registry.js';

// Seeing the fleet
export { McpInspector } from './mcp.inspector.js';
export type { McpInspectorGuard, McpInspectorOptions } from './inspector/inspector-options.js';

// Protocol
export {
  LEGACY_REVISIONS,
  MODERN_REVISION,
  type Era,
  type LegacyRevision,
  type Revision,
} from './protocol/revisions.js';

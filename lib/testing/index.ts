// A client for tests
export { mcpClient } from './client/create-client.js';
export { McpClient } from './client/mcp-client.js';
export type { Credentials, McpClientOptions } from './client/client-options.js';
export { accept, type Answering, type ElicitAnswer, type McpQuestion } from './client/answers.js';
export { McpCall } from './client/mcp-call.js';
export { McpListener } from './client/mcp-listener.js';
export type { ListenFilter, McpServerInfo } from './client/dialect.js';
export { McpTask, type McpTaskState } from './client/mcp-task.js';
export type { McpLog, McpNotification, McpProgress } from './client/notifications.js';
export type {
  PromptArgument,
  PromptDefinition,
  ResourceDefinition,
  ResourceTemplateDefinition,
  ToolDefinition,
} from '../protocol/definitions.js';
export { McpResponseError } from './client/response-error.js';
export type { PromptAnswer, ResourceAnswer, ToolAnswer } from './client/results.js';
export { TestPrincipals, type TestPrincipal } from './client/test-principals.js';

// Several instances
export { createMcpCluster } from './cluster/create-cluster.js';
export { McpCluster } from './cluster/mcp-cluster.js';
export { McpClusterInstance } from './cluster/cluster-instance.js';
export type { McpClusterOptions, TestingModuleSource } from './cluster/cluster-options.js';

// An OAuth issuer
export { FakeIssuer, type FakeTokenOptions } from './issuer/fake-issuer.js';

// Contract suites for replaced parts
export type { Disposable, Runner } from './contracts/runner.js';
export { eventLogContract } from './contracts/event-log.contract.js';
export type { EventLogContract, EventLogLimits, EventLogSetup } from './contracts/event-log.fixture.js';
export {
  messageBrokerContract,
  type MessageBrokerContract,
  type MessageBrokerSetup,
} from './contracts/message-broker.contract.js';
export { nonceStoreContract, type NonceStoreContract, type NonceStoreSetup } from './contracts/nonce-store.contract.js';
export {
  pendingRequestsContract,
  type PendingRequestsContract,
  type PendingRequestsSetup,
} from './contracts/pending-requests.contract.js';
export { sessionStoreContract } from './contracts/session-store.contract.js';
export type { SessionStoreContract, SessionStoreLimits, SessionStoreSetup } from './contracts/session-store.fixture.js';
export { taskStoreContract } from './contracts/task-store.contract.js';
export type { TaskStoreContract, TaskStoreLimits, TaskStoreSetup } from './contracts/task-store.fixture.js';

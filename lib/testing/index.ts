export type { Disposable, Runner } from './runner.js';
export { eventLogContract } from './event-log.contract.js';
export type { EventLogContract, EventLogLimits, EventLogSetup } from './event-log.fixture.js';
export {
  messageBrokerContract,
  type MessageBrokerContract,
  type MessageBrokerSetup,
} from './message-broker.contract.js';
export { nonceStoreContract, type NonceStoreContract, type NonceStoreSetup } from './nonce-store.contract.js';
export {
  pendingRequestsContract,
  type PendingRequestsContract,
  type PendingRequestsSetup,
} from './pending-requests.contract.js';
export { sessionStoreContract } from './session-store.contract.js';
export type { SessionStoreContract, SessionStoreLimits, SessionStoreSetup } from './session-store.fixture.js';
export { taskStoreContract } from './task-store.contract.js';
export type { TaskStoreContract, TaskStoreLimits, TaskStoreSetup } from './task-store.fixture.js';

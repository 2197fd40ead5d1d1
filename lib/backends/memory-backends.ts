import { KeyRing } from '../interaction/key-ring.js';
import { StoredBytes } from '../limits/stored-bytes.js';
import type { MessageBroker } from '../broker/message-broker.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import type { BackendFactories } from './backends.js';
import type { SessionStore } from '../session/session-store.js';
import { asSessionRegistry } from '../memory/session-registry.js';
import { MemoryEventLog } from '../memory/memory-event-log.js';
import { MemoryLimits } from '../memory/memory-limits.js';
import { MemoryMessageBroker } from '../memory/memory-message-broker.js';
import { MemoryNonceStore } from '../memory/memory-nonce-store.js';
import { MemoryPendingRequests } from '../memory/memory-pending-requests.js';
import { MemoryTaskStore } from '../memory/memory-task-store.js';
import { MemorySessionStore } from '../memory/memory-session-store.js';

/** Creates parts that keep everything in the memory of this process. */
export class MemoryBackends implements BackendFactories {
  readonly stored: StoredBytes;

  constructor(
    private readonly options: ResolvedOptions,
    private readonly report: (error: unknown) => void,
  ) {
    const { maxStoredBytes: totalBytes, maxStoredBytesPerClient: shareBytes } = options;
    this.stored = new StoredBytes({ totalBytes, shareBytes });
  }

  broker(): MemoryMessageBroker {
    return new MemoryMessageBroker({ onError: this.report });
  }

  sessions(): MemorySessionStore {
    const { sessionIdleTtlMs: idleTtlMs, maxSessions, maxSessionsPerClient } = this.options;
    return new MemorySessionStore({ idleTtlMs, maxSessions, maxSessionsPerClient, stored: this.stored });
  }

  log(broker: MessageBroker, sessions: SessionStore): MemoryEventLog {
    const { maxHistory, maxHistoryBytes, historyTtlMs, resultTtlMs } = this.options;
    const limits = { maxHistory, maxHistoryBytes, historyTtlMs, resultTtlMs, stored: this.stored };
    return new MemoryEventLog({ broker, sessions: asSessionRegistry(sessions), report: this.report, ...limits });
  }

  pending(_broker: MessageBroker, sessions: SessionStore): MemoryPendingRequests {
    return new MemoryPendingRequests(asSessionRegistry(sessions));
  }

  nonces(): MemoryNonceStore {
    return new MemoryNonceStore();
  }

  tasks(): MemoryTaskStore {
    return new MemoryTaskStore({ maxTasks: this.options.maxTasks, stored: this.stored });
  }

  keyRing(): KeyRing {
    return new KeyRing(this.options.requestState?.keys);
  }

  limits(): MemoryLimits {
    return new MemoryLimits();
  }

  close(): void {}
}

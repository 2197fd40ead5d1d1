import { KeyRing } from '../interaction/key-ring.js';
import type { MessageBroker } from '../broker/message-broker.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import type { BackendFactories } from './backends.js';
import type { SessionStore } from '../session/session-store.js';
import { asSessionRegistry } from '../memory/session-registry.js';
import { MemoryEventLog } from '../memory/memory-event-log.js';
import { MemoryMessageBroker } from '../memory/memory-message-broker.js';
import { MemoryNonceStore } from '../memory/memory-nonce-store.js';
import { MemoryPendingRequests } from '../memory/memory-pending-requests.js';
import { MemoryTaskStore } from '../memory/memory-task-store.js';
import { MemorySessionStore } from '../memory/memory-session-store.js';

/** Creates parts that keep everything in the memory of this process. */
export class MemoryBackends implements BackendFactories {
  constructor(
    private readonly options: ResolvedOptions,
    private readonly report: (error: unknown) => void,
  ) {}

  broker(): MemoryMessageBroker {
    return new MemoryMessageBroker({ onError: this.report });
  }

  sessions(): MemorySessionStore {
    const { sessionIdleTtlMs, maxSessions } = this.options;
    return new MemorySessionStore({ idleTtlMs: sessionIdleTtlMs, maxSessions });
  }

  log(broker: MessageBroker, sessions: SessionStore): MemoryEventLog {
    const { maxHistory, maxHistoryBytes, maxTotalHistoryBytes, historyTtlMs, resultTtlMs } = this.options;
    const limits = { maxHistory, maxHistoryBytes, maxTotalHistoryBytes, historyTtlMs, resultTtlMs };
    return new MemoryEventLog({ broker, sessions: asSessionRegistry(sessions), report: this.report, ...limits });
  }

  pending(_broker: MessageBroker, sessions: SessionStore): MemoryPendingRequests {
    return new MemoryPendingRequests(asSessionRegistry(sessions));
  }

  nonces(): MemoryNonceStore {
    return new MemoryNonceStore();
  }

  tasks(): MemoryTaskStore {
    return new MemoryTaskStore({ maxTasks: this.options.maxTasks });
  }

  keyRing(): KeyRing {
    return new KeyRing(this.options.requestState?.keys);
  }

  close(): void {}
}

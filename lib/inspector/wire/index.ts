// The contract between the page (`inspector/`) and the server. It imports nothing, so that the page can be built of it.
// What is here may get new members, and keeps the ones it has.
export * from './call.js';
export * from './caller.js';
export * from './config.js';
export * from './gap.js';
export * from './instance.js';
export * from './latency.js';
export * from './question.js';
export * from './redis-memory.js';
export * from './refusal.js';
export * from './routes.js';
export * from './session.js';
export * from './stream-event.js';
export * from './task.js';

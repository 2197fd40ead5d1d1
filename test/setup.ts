import 'reflect-metadata';
import { afterEach, vi } from 'vitest';

// Files share a process, so a test that fails must not leave its faked clock to those that come after it.
afterEach(() => void vi.useRealTimers());

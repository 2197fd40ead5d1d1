import { describe, expect, it } from 'vitest';
import type { McpOptions } from '../../../lib/options/mcp-options.js';
import { resolveOptions } from '../../../lib/options/resolve-options.js';

const MIB = 1024 * 1024;
const resolve = (options: Partial<McpOptions>) => resolveOptions({ name: 'x', version: '1', ...options });

describe('totals among the options', () => {
  it('grow with a limit that was raised, so that a larger body or history needs no other option', () => {
    expect(resolve({ maxBodyBytes: 64 * MIB })).toMatchObject({
      maxRequestBytesPerClient: 128 * MIB,
      maxRequestBytes: 256 * MIB,
    });
    expect(resolve({ maxHistoryBytes: 256 * MIB })).toMatchObject({
      maxStoredBytesPerClient: 512 * MIB,
      maxStoredBytes: 1024 * MIB,
    });
    expect(resolve({ maxSessions: 50 }).maxSessionsPerClient).toBe(25);
  });

  it('keep their defaults when the limits are small', () => {
    expect(resolve({ maxBodyBytes: 1000, maxHistoryBytes: 1000 })).toMatchObject({
      maxRequestBytesPerClient: 32 * MIB,
      maxRequestBytes: 96 * MIB,
      maxStoredBytesPerClient: 16 * MIB,
      maxStoredBytes: 64 * MIB,
    });
  });

  it.each<[Partial<McpOptions>, RegExp]>([
    [
      { maxBodyBytes: 2000, maxRequestBytesPerClient: 1000 },
      /"maxBodyBytes" is 2000, which exceeds "maxRequestBytesPer/,
    ],
    [{ maxRequestBytes: 5 * MIB }, /"maxRequestBytesPerClient" is 33554432, which exceeds "maxRequestBytes"/],
    [{ maxRequestsPerClient: 10, maxRequests: 5 }, /"maxRequestsPerClient" is 10, which exceeds "maxRequests"/],
    [{ maxHistoryBytes: 2000, maxStoredBytesPerClient: 1000 }, /"maxHistoryBytes" is 2000, which exceeds "maxStored/],
  ])('%j is refused, because a part exceeds its total', (options, message) => {
    expect(() => resolve(options)).toThrow(message);
  });
});

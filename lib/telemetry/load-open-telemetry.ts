import { isMissingPackage } from '../packages/missing-package.js';

export type OpenTelemetry = typeof import('@opentelemetry/api');

/** @returns `undefined` where the package is not installed */
export async function loadOpenTelemetry(): Promise<OpenTelemetry | undefined> {
  try {
    return await import('@opentelemetry/api');
  } catch (error) {
    if (isMissingPackage(error)) return undefined;
    throw error;
  }
}

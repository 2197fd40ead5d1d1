import { dirname } from 'node:path';
import { LOCATION } from './location.cjs';

const KEY = Symbol.for('nestjs-mcp-fleet:copies');
const everywhere = globalThis as { [KEY]?: Set<string> };
const locations = (everywhere[KEY] ??= new Set()).add(dirname(LOCATION));

/** The folders of all copies of this package that this process has loaded. */
export const loadedCopies = (): string[] => [...locations];

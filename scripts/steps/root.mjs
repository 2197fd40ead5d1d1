import { fileURLToPath } from 'node:url';

/** The repository, wherever it was cloned to and whatever the current folder is. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** `npm start`: starts a server in memory from a fresh clone, without any setup. */
import { runSample } from './steps/sample.mjs';

await runSample('01-quickstart');

/** `npm start`: from a fresh clone to a server that answers, in memory and with nothing to set up. */
import { runSample } from './steps/sample.mjs';

await runSample('01-quickstart');

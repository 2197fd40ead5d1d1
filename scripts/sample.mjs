/** `npm run sample -- <folder>`: runs a sample in the foreground; without a folder it lists the samples. */
import { runSample } from './steps/sample.mjs';

await runSample(process.argv[2]);

#!/usr/bin/env node
import { run } from '../dist/doctor/command.js';

process.exitCode = await run(process.argv.slice(2), {
  print: (text) => process.stdout.write(text),
  complain: (text) => process.stderr.write(text),
  env: process.env,
});

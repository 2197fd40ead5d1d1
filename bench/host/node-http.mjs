import { createServer } from 'node:http';
import { announce } from '../harness/serve.mjs';
import { readBody, writeJson } from './raw.mjs';
import { answerText } from './work.mjs';

const server = createServer((request, response) =>
  readBody(request, (body) => writeJson(response, answerText(JSON.parse(body)))),
);
server.listen(0, '127.0.0.1', () => announce(server.address().port));

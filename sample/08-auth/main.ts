import 'reflect-metadata';
import { serve } from '../shared/serve.js';
import { AppModule, ISSUER, RESOURCE } from './app.module.js';
import { AUDIT_FILE } from './file-audit.js';
import { startIssuer } from './issuer.js';

// Further instances share the issuer of the first one.
if (process.env.WITHOUT_ISSUER !== '1') await startIssuer(ISSUER, RESOURCE);
const url = await serve(AppModule);
process.stdout.write(`
The library listens on ${url}, and trusts the tokens of ${ISSUER}

Try, in another terminal:
  curl -i -X POST ${url} -H 'content-type: application/json' -d '{}'    # 401, and where to get a token
  node build/sample/08-auth/client.js ${RESOURCE} alice    # signs in, calls, asks for more scopes
  node build/sample/08-auth/client.js ${RESOURCE} bob      # a librarian has one more tool
  cat ${AUDIT_FILE}    # who did what
  or add that URL to any MCP client that opens a browser to sign in.
`);

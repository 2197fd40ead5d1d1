/** The requests of attackers and of the bystander, as headers and a body. */

import { modern, post } from '../steps/modern-request.mjs';

export { modern };

export const initialize = (params = {}) =>
  post({
    jsonrpc: '2.0',
    id: 0,
    method: 'initialize',
    params: {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'attacker', version: '1' },
      ...params,
    },
  });

export const inSession = (session, message, headers = {}) => post(message, { 'mcp-session-id': session, ...headers });

export const listen = (notifications, more) => modern('subscriptions/listen', { notifications }, more);

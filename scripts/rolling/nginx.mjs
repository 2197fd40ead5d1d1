import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const PATIENCE_MS = 10_000;

/** Keeps connections alive, retries a refused connection at the next instance, and never marks an instance as down. */
const configuration = (port, targets, folder) => `
pid ${folder}/nginx.pid;
error_log ${folder}/error.log warn;
daemon off;
events { worker_connections 1024; }
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((of) => `${of}_temp_path ${folder}/${of};`).join(' ')}
  upstream mcp {
    ${targets.map((target) => `server 127.0.0.1:${target} max_fails=0;`).join('\n    ')}
    keepalive 32;
  }
  server {
    listen 127.0.0.1:${port};
    location /mcp {
      proxy_pass http://mcp;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_read_timeout 1h;
    }
  }
}
`;

/**
 * @param folder for its files; must exist
 * @returns a function that stops it
 */
export async function startNginx(port, targets, folder) {
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, configuration(port, targets, folder));
  const nginx = spawn('nginx', ['-c', file, '-p', folder, '-e', join(folder, 'error.log')], { stdio: 'inherit' });
  process.once('exit', () => nginx.kill());
  const deadline = Date.now() + PATIENCE_MS;
  // Any response shows that nginx is ready.
  while (!(await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined))) {
    if (Date.now() > deadline || nginx.exitCode !== null) throw new Error('nginx did not start.');
    await pause(20);
  }
  return async () => {
    nginx.kill();
    await once(nginx, 'exit');
  };
}

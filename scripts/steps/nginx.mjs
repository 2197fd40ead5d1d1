import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ROOT } from './root.mjs';

const PATIENCE_MS = 10_000;

/** The configuration that docs/deploy.md recommends, so that what is recommended is what is tried. */
export const documentedConfiguration = () =>
  /^```nginx\n([\s\S]*?)^```/m.exec(readFileSync(join(ROOT, 'docs/deploy.md'), 'utf8'))[1];

/** @throws {Error} unless this stands in the configuration exactly so often */
function replace(text, pattern, by, count) {
  const found = text.match(pattern)?.length ?? 0;
  if (found !== count) throw new Error(`docs/deploy.md has ${pattern} ${found} times instead of ${count}.`);
  return text.replaceAll(pattern, by);
}

/** Files of its own, so that it needs no rights and disturbs no other nginx. */
const inFolder = (text, folder) => {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const lines = temporary.map((of) => `${of}_temp_path ${folder}/${of};`).join(' ');
  const own = replace(text, /^http \{$/gm, `http {\n  access_log off; ${lines}`, 1);
  return `pid ${folder}/nginx.pid;\nerror_log ${folder}/error.log warn;\ndaemon off;\n${own}`;
};

/** The same without TLS, on a port of this machine and with these instances. */
function onThisMachine(port, targets, folder) {
  const withoutTls = replace(documentedConfiguration(), /^ +ssl_certificate\w* .*\n/gm, '', 2);
  const listening = replace(withoutTls, /listen 443 ssl;/g, `listen 127.0.0.1:${port};`, 1);
  const servers = targets.map((target) => `    server 127.0.0.1:${target} max_fails=0;`).join('\n');
  const proxied = replace(listening, /(^ +server [\d.]+:3000 max_fails=0;\n)+/gm, `${servers}\n`, 1);
  return inFolder(proxied, folder);
}

/** @returns what nginx says about the configuration as it is documented, if it does not accept it */
export function problemOfConfiguration(folder) {
  const [key, certificate] = [join(folder, 'test.key'), join(folder, 'test.pem')];
  const subject = ['-subj', '/CN=api.example.com', '-days', '1'];
  const made = spawnSync('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', certificate],
    ...subject,
  ]);
  if (made.status !== 0) return `openssl: ${made.stderr}`;
  const file = join(folder, 'documented.conf');
  const documented = documentedConfiguration()
    .replace(/\/etc\/nginx\/tls\/\S+\.pem/, certificate)
    .replace(/\/etc\/nginx\/tls\/\S+\.key/, key);
  writeFileSync(file, inFolder(documented, folder));
  const tried = spawnSync('nginx', ['-t', '-c', file, '-p', folder, '-e', join(folder, 'error.log')]);
  return tried.status === 0 ? undefined : String(tried.stderr);
}

/**
 * @param folder for its files; must exist
 * @returns a function that stops it
 */
export async function startNginx(port, targets, folder) {
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, onThisMachine(port, targets, folder));
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

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';

/** A redis-server for this measurement only, without persistence, and a connection to read its statistics. */
export class RedisProcess {
  static async start() {
    const port = await freePort();
    const folder = mkdtempSync(join(tmpdir(), 'mcp-fleet-bench-'));
    const options = ['--port', port, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
    const child = spawn('redis-server', options.map(String), { stdio: 'ignore' });
    // A failed measurement must not leave the server running.
    const kill = () => child.kill('SIGKILL');
    process.once('exit', kill);
    child.once('exit', () => process.off('exit', kill));
    const client = new Redis({ port, host: '127.0.0.1', lazyConnect: true, retryStrategy: () => 50 });
    client.on('error', () => {});
    const ready = new Promise((resolve) => client.once('ready', resolve));
    client.connect().catch(() => {});
    const failed = once(child, 'error').then(([error]) => {
      throw new Error('redis-server did not start', { cause: error });
    });
    failed.catch(() => {});
    await Promise.race([ready, failed]);
    return new RedisProcess(port, folder, child, client);
  }

  constructor(port, folder, child, client) {
    Object.assign(this, { port, folder, child, client, url: `redis://127.0.0.1:${port}` });
  }

  /** The numbers of one section of INFO by name. */
  async info(section) {
    const text = await this.client.info(section);
    return Object.fromEntries(
      [...text.matchAll(/^(\w+):([\d.]+)\r?$/gm)].map(([, name, value]) => [name, Number(value)]),
    );
  }

  async cpuMicros() {
    const { used_cpu_user: user, used_cpu_sys: system } = await this.info('cpu');
    return (user + system) * 1e6;
  }

  forgetCommands() {
    return this.client.config('RESETSTAT');
  }

  /** How often each command ran since `forgetCommands()`, including those in scripts, without the commands of this class. */
  async commands() {
    const text = await this.client.info('commandstats');
    const calls = [...text.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)].map(([, name, count]) => [name, Number(count)]);
    return Object.fromEntries(calls.filter(([name]) => !/^(info|config|dbsize)/.test(name)));
  }

  /**
   * Counts the commands of scripts and others that name a key, while something is done. A command of a script counts as
   * one, like the call of the script.
   */
  async commandsAbout(key, work) {
    // Not the client's own MONITOR: it fails on a command that comes right behind the reply to it.
    const monitor = connect({ port: this.port, host: '127.0.0.1' });
    const replies = createInterface({ input: monitor });
    const begun = once(replies, 'line');
    monitor.write('MONITOR\r\n');
    await begun;
    let count = 0;
    let isAbout = false;
    replies.on('line', (line) => {
      // The commands of a script follow its call, and nothing comes in between.
      if (!/^\+[\d.]+ \[\d+ lua\]/.test(line)) isAbout = line.includes(key);
      if (isAbout) count++;
    });
    await work();
    await this.client.ping();
    await new Promise((resolve) => setTimeout(resolve, 50));
    monitor.destroy();
    return count;
  }

  async version() {
    const text = await this.client.info('server');
    return /redis_version:([\d.]+)/.exec(text)[1];
  }

  async stop() {
    this.client.disconnect();
    this.child.kill();
    await once(this.child, 'exit');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

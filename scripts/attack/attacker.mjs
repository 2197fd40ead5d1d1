/** One attacker: a process of its own, so that its work does not delay what the bystander measures. */
import { setPriority } from 'node:os';
import { AttackClient } from './client.mjs';

// An attacker has a machine of its own: here it must not take the processor from the others.
setPriority(10);
process.on('disconnect', () => process.exit(0));
process.on('message', async ({ arm, port, seconds, ...more }) => {
  const { attack } = await import(`./arms/${arm}.mjs`);
  const client = new AttackClient(port, performance.now() + seconds * 1000);
  await attack(client, more);
  process.send({ sentBytes: client.sentBytes, statuses: client.statuses, ...client.figures }, () => process.exit(0));
});

/**
 * The child side of a measured server: reports its port to the parent, and on each request the CPU time it has used.
 * The CPU time covers all threads of the process, including garbage collection and compilation.
 */
export function announce(port) {
  process.on('message', () => process.send({ cpuMicros: cpuMicros() }));
  process.on('disconnect', () => process.exit(0));
  process.send({ port });
}

function cpuMicros() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

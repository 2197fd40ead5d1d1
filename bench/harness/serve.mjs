/**
 * The child side of a measured server: tell the parent which port it got, and how much CPU time it has used so far
 * whenever asked. The CPU time covers all threads of the process, garbage collection and compilation included.
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

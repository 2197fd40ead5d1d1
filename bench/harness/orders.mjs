/** The child side of a `PinnedProcess`: answers each order by its name, and ends with its parent. */
export function serveOrders(orders) {
  process.on('message', async (order) => {
    try {
      process.send((await orders[order.do](order)) ?? {});
    } catch (error) {
      console.error(error);
      process.exit(1);
    }
  });
  // A regular exit, so that a profiled process writes its profile.
  for (const end of ['disconnect', 'SIGTERM']) process.on(end, () => process.exit(0));
}

/** CPU time of all threads of this process, garbage collection and compilation included. */
export function cpuMicros() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** @returns a function that has `run` called in the next turn of the event loop, once however often it is called */
export function inNextTurn(run: () => void): () => void {
  let isScheduled = false;
  return () => {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(() => {
      isScheduled = false;
      run();
    });
  };
}

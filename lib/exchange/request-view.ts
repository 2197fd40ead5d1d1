const views = new WeakSet<object>();

/**
 * One of several calls that an HTTP request carries: a batch, or calls in process that a route makes. It reads as the
 * request does, and what a guard writes to it, such as `user`, stays with its call.
 */
export function viewOf(request: object): object {
  const view = Object.create(request) as object;
  views.add(view);
  return view;
}

export const isView = (request: object): boolean => views.has(request);

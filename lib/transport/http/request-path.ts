/** The paths of an endpoint: a slash at the end makes no difference. */
export const pathsOf = (path: string): readonly string[] => (path.endsWith('/') ? [path] : [path, `${path}/`]);

/** The path of a request's URL as it was sent, neither decoded nor normalised. It is asked for with each request. */
export function requestPath(url: string): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

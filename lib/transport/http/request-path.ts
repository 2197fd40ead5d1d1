/** The path of a request's URL as it was sent, neither decoded nor normalised. It is asked for with each request. */
export function requestPath(url: string): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

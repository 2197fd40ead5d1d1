/**
 * The bytes of a body that middleware or an outer application has read and parsed already.
 *
 * @returns `undefined` if nobody has
 */
export function bytesReadAlready(request: { readonly body?: unknown; readonly rawBody?: unknown }): Buffer | undefined {
  const { body, rawBody } = request;
  if (Buffer.isBuffer(rawBody)) return rawBody;
  if (body === undefined) return undefined;
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

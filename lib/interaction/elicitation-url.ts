/**
 * Checks a URL that a person is asked to open: it must use `https`, or `http` on this machine for development, and must
 * not contain credentials (Z-11).
 *
 * @returns the URL as given
 * @throws {TypeError} otherwise
 */
export function safeUrl(url: string): string {
  const { protocol, hostname, username, password } = new URL(url);
  const local = protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  if (protocol !== 'https:' && !local) throw new TypeError(`elicitUrl() needs an https URL, not ${protocol}`);
  if (username !== '' || password !== '') throw new TypeError('elicitUrl() does not accept credentials in the URL');
  return url;
}

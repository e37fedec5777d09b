import { connect } from 'node:tls';
import { hostOf } from './addresses.ts';

export interface TlsDetails {
  readonly protocol: string;
  /** Of HTTP: `h2` or `http/1.1`; undefined if the server does not negotiate. */
  readonly alpn: string | undefined;
  readonly validTo: Date | undefined;
}

/** What the server offers in the handshake; undefined if there is none that verifies. */
export function probeTls(url: URL, timeoutMs: number): Promise<TlsDetails | undefined> {
  const host = hostOf(url);
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port: url.port === '' ? 443 : Number(url.port),
      ALPNProtocols: ['h2', 'http/1.1'],
      ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
    });
    const end = (details: TlsDetails | undefined): void => {
      clearTimeout(deadline);
      socket.destroy();
      resolve(details);
    };
    // Not the socket's own: that is put off by every byte.
    const deadline = setTimeout(() => end(undefined), timeoutMs);
    socket.once('error', () => end(undefined));
    socket.once('secureConnect', () => {
      const { valid_to: validTo } = socket.getPeerCertificate();
      end({
        protocol: socket.getProtocol() ?? 'TLS',
        alpn: socket.alpnProtocol === false || socket.alpnProtocol === null ? undefined : socket.alpnProtocol,
        validTo: validTo === undefined ? undefined : new Date(validTo),
      });
    });
  });
}

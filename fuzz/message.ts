/** An HTTP request as it is mutated: the parts that a parser of ours sees, beside each other. */
export interface Message {
  /** `POST /token HTTP/1.1`. */
  readonly line: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** Reads a file of the corpus: the head with one line each, an empty line, the body as it is. */
export function readMessage(file: Buffer): Message {
  const text = file.toString('latin1');
  const end = text.indexOf('\n\n');
  const [line = '', ...headers] = (end < 0 ? text.trimEnd() : text.slice(0, end)).split('\n');
  return {
    line,
    headers: headers.map((header) => {
      const colon = header.indexOf(':');
      return [header.slice(0, colon), header.slice(colon + 1).trim()] as const;
    }),
    body: end < 0 ? Buffer.alloc(0) : file.subarray(end + 2),
  };
}

/** The same as a file of the corpus, so that what failed can be kept. */
export function writeMessage({ body, headers, line }: Message): Buffer {
  const head = [line, ...headers.map(([name, value]) => `${name}: ${value}`)].join('\n');
  return Buffer.concat([Buffer.from(`${head}\n\n`, 'latin1'), body]);
}

/** What goes over the wire: with the values filled in, the length of the body right, and nothing kept alive. */
export function toWire({ body, headers, line }: Message, fill: (text: string) => string): Buffer {
  const filled = Buffer.from(fill(body.toString('latin1')), 'latin1');
  const isFramed = headers.some(([name]) => /^(content-length|transfer-encoding)$/i.test(name));
  const head = [
    line,
    'Host: {{host}}',
    'X-Forwarded-For: {{address}}',
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(isFramed ? [] : [`Content-Length: ${filled.length}`]),
    'Connection: close',
  ].join('\r\n');
  return Buffer.concat([Buffer.from(`${fill(head)}\r\n\r\n`, 'latin1'), filled]);
}

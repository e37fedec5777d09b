import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { all, first, readMessage } from './protobuf.ts';

export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  /** 2: server, 3: client. */
  readonly kind: number;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly attributes: Readonly<Record<string, string | number>>;
  /** 0: unset, 2: error. */
  readonly status: number;
  readonly resource: Readonly<Record<string, string | number>>;
}

/** An OpenTelemetry collector, as far as it listens: OTLP over HTTP, in protobuf (opentelemetry-proto 1.x). */
export async function startCollector() {
  const spans: CollectedSpan[] = [];
  const metrics: { name: string; description: string }[] = [];
  const requests: { path: string; headers: Record<string, string | string[] | undefined>; body: Buffer }[] =
    [];
  let status = 200;
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const sent = Buffer.concat(chunks);
      const body = req.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
      requests.push({ path: req.url ?? '', headers: req.headers, body });
      if (status === 200 && req.url === '/v1/traces') spans.push(...readSpans(body));
      if (status === 200 && req.url === '/v1/metrics') metrics.push(...readMetrics(body));
      res.writeHead(status, { 'content-type': 'application/x-protobuf' }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    metrics,
    requests,
    /** From now on it answers so. */
    answer(next: number) {
      status = next;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export type Collector = Awaited<ReturnType<typeof startCollector>>;

function readSpans(body: Buffer): CollectedSpan[] {
  return all(readMessage(body), 1).flatMap((bytes) => {
    const resourceSpans = readMessage(bytes);
    const resource = readAttributes(all(readMessage(first(resourceSpans, 1).bytes), 1));
    return all(resourceSpans, 2).flatMap((scope) =>
      all(readMessage(scope), 2).map((span) => readSpan(span, resource)),
    );
  });
}

function readSpan(bytes: Buffer, resource: CollectedSpan['resource']): CollectedSpan {
  const span = readMessage(bytes);
  return {
    traceId: first(span, 1).bytes.toString('hex'),
    spanId: first(span, 2).bytes.toString('hex'),
    parentSpanId: first(span, 4).bytes.toString('hex'),
    name: first(span, 5).bytes.toString(),
    kind: Number(first(span, 6).value),
    startNs: first(span, 7).value,
    endNs: first(span, 8).value,
    attributes: readAttributes(all(span, 9)),
    status: Number(first(readMessage(first(span, 15).bytes), 3).value),
    resource,
  };
}

function readAttributes(pairs: readonly Buffer[]): Record<string, string | number> {
  return Object.fromEntries(
    pairs.map((bytes) => {
      const pair = readMessage(bytes);
      const [value] = readMessage(first(pair, 2).bytes);
      const text = value?.number === 1 ? value.bytes.toString() : Number(value?.value ?? 0n);
      return [first(pair, 1).bytes.toString(), text];
    }),
  );
}

function readMetrics(body: Buffer): { name: string; description: string }[] {
  return all(readMessage(body), 1)
    .flatMap((resource) => all(readMessage(resource), 2))
    .flatMap((scope) => all(readMessage(scope), 2))
    .map((bytes) => {
      const metric = readMessage(bytes);
      return { name: first(metric, 1).bytes.toString(), description: first(metric, 2).bytes.toString() };
    });
}

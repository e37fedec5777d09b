// Whether the service in this container answers: probe.mjs /healthz | /readyz. 0: it does.
// oxlint-disable-next-line node/no-process-env -- a program of its own, beside the service
const port = process.env.PORT || '4747';
const path = process.argv[2] ?? '/healthz';
try {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(4000) });
  if (!answer.ok) console.error(`${path}: ${answer.status} ${await answer.text()}`);
  process.exitCode = answer.ok ? 0 : 1;
} catch (error) {
  console.error(`${path}: ${String(error)}`);
  process.exitCode = 1;
}

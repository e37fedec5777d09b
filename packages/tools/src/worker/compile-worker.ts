import { parentPort, workerData } from 'node:worker_threads';
import { compileUpload } from '../archive/compile-archive.ts';
import { placesOf } from '../openapi/places.ts';
import type { CompileJob, CompileMessage } from './compile-in-worker.ts';

const { source, options, wantsPlaces } = workerData as CompileJob;
const post = (message: CompileMessage): void => parentPort?.postMessage(message);
const result = compileUpload(source, options, (progress) => post({ kind: 'progress', progress }));
if (wantsPlaces && result.ok) {
  const { skipped, suggestions = [], warnings } = result.value;
  const pointers = [...skipped, ...warnings, ...suggestions].map(({ pointer }) => pointer);
  post({ kind: 'places', places: placesOf(source, pointers) });
}
post({ kind: 'compiled', result });

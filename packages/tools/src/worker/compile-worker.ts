import { parentPort, workerData } from 'node:worker_threads';
import { compileUpload } from '../archive/compile-archive.ts';
import type { CompileJob, CompileMessage } from './compile-in-worker.ts';

const { source, options } = workerData as CompileJob;
const post = (message: CompileMessage): void => parentPort?.postMessage(message);
const result = compileUpload(source, options, (progress) => post({ kind: 'progress', progress }));
post({ kind: 'compiled', result });

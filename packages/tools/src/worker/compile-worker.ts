import { parentPort, workerData } from 'node:worker_threads';
import { compileCatalogue } from '../catalogue/compile.ts';
import type { CompileJob, CompileMessage } from './compile-in-worker.ts';

const { source, options } = workerData as CompileJob;
const post = (message: CompileMessage): void => parentPort?.postMessage(message);
const result = compileCatalogue(source, options, (progress) => post({ kind: 'progress', progress }));
post({ kind: 'compiled', result });

import { Worker } from 'node:worker_threads';
import type { CompileProgress } from '../catalogue/compile.ts';
import type { ArchiveOptions } from '../archive/compile-archive.ts';
import type { Catalogue, Rejection } from '../catalogue/types.ts';
import { fail } from '../result.ts';
import type { Places } from '../openapi/places.ts';
import type { Result } from '../result.ts';

/** What a document may cost. */
export interface CompileCaps {
  /** Default 20,000. */
  readonly timeoutMs?: number;
  /** Of the worker's heap. Default 1,024. */
  readonly memoryMb?: number;
  /** Called now and then while a large document is compiled. */
  readonly onProgress?: (progress: CompileProgress) => void;
  /** Nobody wants it any more: it rejects with the signal's reason, and the thread ends. */
  readonly signal?: AbortSignal;
  /** Called before the answer with where its skipped operations, warnings and suggestions stand in the document. */
  readonly onPlaces?: (places: Places) => void;
}

export interface CompileJob {
  readonly source: string | Uint8Array;
  readonly options: ArchiveOptions;
  readonly wantsPlaces: boolean;
}

export type CompileMessage =
  | { readonly kind: 'progress'; readonly progress: CompileProgress }
  | { readonly kind: 'places'; readonly places: Places }
  | { readonly kind: 'compiled'; readonly result: Result<Catalogue, Rejection> };

const TIMEOUT_MS = 20_000;
const MEMORY_MB = 1_024;

/**
 * As `compileCatalogue`, or as `compileArchive` for an archive, in a thread of its own that ends when the document costs
 * more than it may: the caller's event loop goes on, and no document can take the process down. Past a cap the document
 * is `TOO_LARGE`.
 */
export function compileInWorker(
  source: string | Uint8Array,
  options: ArchiveOptions = {},
  { timeoutMs = TIMEOUT_MS, memoryMb = MEMORY_MB, onPlaces, onProgress, signal }: CompileCaps = {},
): Promise<Result<Catalogue, Rejection>> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(reasonOf(signal));
    const job: CompileJob = { source, options, wantsPlaces: onPlaces !== undefined };
    const worker = new Worker(IS_SOURCE ? SOURCE_START : WORKER_URL, {
      eval: IS_SOURCE,
      workerData: job,
      // Nothing of the parent's is for a document to find.
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb: Math.min(64, memoryMb) },
    });
    const timer = setTimeout(() => {
      settle(fail(tooLarge(`It was not compiled after ${timeoutMs / 1_000} s.`)));
    }, timeoutMs);
    const cancel = (): void => {
      clearTimeout(timer);
      if (signal !== undefined) reject(reasonOf(signal));
      void worker.terminate();
    };
    signal?.addEventListener('abort', cancel, { once: true });
    const settle = (result: Result<Catalogue, Rejection>): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
      resolve(result);
      void worker.terminate();
    };
    worker.on('message', (message: CompileMessage) => {
      if (message.kind === 'progress') onProgress?.(message.progress);
      else if (message.kind === 'places') onPlaces?.(message.places);
      else settle(message.result);
    });
    worker.on('error', (error: Error & { code?: string }) => {
      if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') {
        settle(fail(tooLarge(`Compiling it takes more than ${memoryMb} MB.`)));
        return;
      }
      clearTimeout(timer);
      reject(error);
    });
    worker.on('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`The compiler ended with code ${code} before it had an answer.`));
    });
  });
}

/** Beside this module, as source or as built. */
const WORKER_URL = new URL(`compile-worker${import.meta.url.slice(-3)}`, import.meta.url);

const IS_SOURCE = WORKER_URL.pathname.endsWith('.ts');
/** For our own tests. In Node 20 `--import` teaches TypeScript to the main thread alone. */
const SOURCE_START = `import('tsx/esm/api').then(({ register }) => {
  register();
  return import(${JSON.stringify(WORKER_URL.href)});
});`;

function reasonOf({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error('The compilation was cancelled.');
}

function tooLarge(message: string): Rejection {
  return {
    code: 'TOO_LARGE',
    message,
    hint: 'Leave out operations that nobody needs, or divide the document.',
  };
}

import { createHook } from 'node:async_hooks';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/** What a synchronous computation has no business with: sockets, names, files, processes, threads. */
const OUTSIDE =
  /^(?:TCP|UDP|PIPE|TLS|HTTP|GETADDRINFO|GETNAMEINFO|QUERY|FSREQ|FSEVENT|FILEHANDLE|PROCESS|WORKER)/;

export interface Sealed<T> {
  readonly value: T;
  /** What it tried to reach, in order. */
  readonly attempts: readonly string[];
}

/** Runs something synchronous without a file system, and notes each socket, name or process that it asks for. */
export function sealed<T>(run: () => T): Sealed<T> {
  const attempts: string[] = [];
  const hook = createHook({
    init: (_id, type) => {
      if (OUTSIDE.test(type)) attempts.push(type);
    },
  });
  // Classes have getters alone, and work through these functions.
  const functions = Object.entries(fs).filter(
    ([name, value]) => typeof value === 'function' && /^[a-z]/.test(name),
  );
  const table = fs as unknown as Record<string, unknown>;
  for (const [name] of functions) {
    table[name] = () => {
      attempts.push(`fs.${name}`);
      throw new Error(`fs.${name} is sealed`);
    };
  }
  syncBuiltinESMExports();
  hook.enable();
  try {
    return { value: run(), attempts };
  } finally {
    hook.disable();
    for (const [name, value] of functions) table[name] = value;
    syncBuiltinESMExports();
  }
}

import { readFile } from 'node:fs/promises';
import { fail, ok } from '../result.ts';
import type { Result } from '../result.ts';

/** The program of a package, in one file that needs nothing but Node.js, and the licences of what is in it. */
export interface PackRuntime {
  readonly program: Uint8Array;
  readonly notices: Uint8Array;
}

/** As `npm run build` left it beside the compiled code. The failure is a sentence. */
export async function readRuntime(): Promise<Result<PackRuntime, string>> {
  const folder = new URL('../packed/', import.meta.url);
  try {
    const [program, notices] = await Promise.all([
      readFile(new URL('main.js', folder)),
      readFile(new URL('THIRD-PARTY-NOTICES.txt', folder)),
    ]);
    return ok({ program, notices });
  } catch {
    return fail('the program that goes into packages is not built: npm run build');
  }
}

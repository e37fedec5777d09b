import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { builtOnce } from '../support/built-once.ts';

const run = promisify(execFile);
const WEB = fileURLToPath(new URL('../../../web', import.meta.url));
const VITE = fileURLToPath(new URL('../../../../node_modules/vite/bin/vite.js', import.meta.url));

/** The folder of the dashboard as its source stands now: what lies in dist may be older. */
export function buildDashboard(): Promise<string> {
  return builtOnce('dashboard', async (folder) => {
    await run(process.execPath, [VITE, 'build', '--logLevel', 'warn', '--outDir', folder, '--emptyOutDir'], {
      cwd: WEB,
      env: { ...process.env, NODE_ENV: 'production' },
    });
  });
}

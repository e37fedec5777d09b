import { runStdio } from './run.ts';

await runStdio('latchkey-stdio', process.argv.slice(2));

import { monotonicClock } from '../../../src/kernel/clock.ts';
import { silentLog } from '../../../src/kernel/log.ts';
import { createStdioServers, STDIO_LIMITS } from '../../../src/upstreams/stdio/stdio-servers.ts';
import { program } from './programs.ts';

// Holds one process, says which, and waits to be killed.
const servers = createStdioServers({ clock: monotonicClock, limits: STDIO_LIMITS, log: silentLog });
const opened = await servers.channelTo(program('say({ pid: process.pid }); hear(say);'), 'con_a')(
  { onMessage: ({ pid }) => void process.stdout.write(String(pid)), onClose: () => process.exit(1) },
  { headers: {}, signal: new AbortController().signal },
);
if (!opened.ok) process.exit(1);
setInterval(() => undefined, 1_000);

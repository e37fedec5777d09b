import { setFlagsFromString } from 'node:v8';

/**
 * V8 makes what an object literal makes old from its first moment on, once nearly all that it made survived a
 * collection. A burst of calls is enough for that: each is still under way when the collector comes. From then on every
 * call leaves something old behind, and all that it points to stays with it until the next great collection: calls are
 * dearer for as long as the process lives. With this everything begins young. For a process that is ours alone, before it
 * has work to do.
 */
export function beginYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}

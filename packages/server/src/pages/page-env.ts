import type { RequestId } from '../kernel/ids.ts';

/** What every page finds in its Hono context. */
export interface PageEnv {
  Variables: { requestId: RequestId };
}

import type { RequestId } from '../kernel/ids.ts';

/** What every page finds in its Hono context; the composition root may have put it there already. */
export interface PageEnv {
  Variables: {
    requestId: RequestId;
    /** Where the caller is, as a bucket for rate limits; only the composition root can tell. */
    address?: string;
    /** The same in its plain spelling. */
    from?: string | undefined;
  };
}

import type { RequestId } from '../kernel/ids.ts';

/** What the composition root puts into each request before the authorization server sees it. */
export interface OAuthEnv {
  Variables: {
    requestId: RequestId;
    /** The caller's address, for rate limits alone. */
    address?: string;
    /** The same in its plain spelling. */
    from?: string | undefined;
    /** The listed network of a hosted client that the address lies in. */
    sharedEgress?: string | undefined;
  };
}

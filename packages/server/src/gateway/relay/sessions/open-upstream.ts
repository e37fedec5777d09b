import { maskedValue, maskOf } from '@latchkey/tools';
import type { McpTarget } from '../../../connectors/tool-set.ts';
import { fail, type Result } from '../../../kernel/result.ts';
import type { Channel, ChannelEvents, OpenChannel } from '../../../upstreams/channel.ts';
import type { UpstreamCredentials } from '../../../upstreams/credentials.ts';
import { describeFault } from '../../../upstreams/credentials/describe-fault.ts';
import { NOTHING } from '../../../upstreams/credentials/parts.ts';
import { credentialTargetOf } from '../../pipeline/upstream.ts';
import { faultFrom, type Fault } from '../fault-answer.ts';
import type { Passage } from '../passage.ts';

/** A connection to the server of a passage, with the credential that is for its caller. */
export type OpenUpstream = (
  passage: Pick<Passage, 'caller' | 'target'>,
  events: ChannelEvents,
  signal: AbortSignal,
) => Promise<Result<Channel, Fault>>;

export function createOpenUpstream({
  credentials,
  openChannel,
}: {
  credentials: UpstreamCredentials;
  /** Throws if it cannot be known how. */
  openChannel: (target: McpTarget) => OpenChannel;
}): OpenUpstream {
  return async ({ caller, target }, events, signal) => {
    const open = openChannel(target);
    const audience = credentialTargetOf(target);
    // A process has its credential in its environment.
    const isLocal = target.upstream.transport === 'stdio';
    for (let isFirst = true; ; isFirst = false) {
      const parts = isLocal
        ? { ok: true as const, value: NOTHING }
        : await credentials.partsFor(audience, caller.principal);
      if (!parts.ok) {
        const { code, ...said } = describeFault(parts.error);
        return fail({ code, ...said, status: code === 'connect_needed' ? 403 : 503 });
      }
      // Servers repeat what they were sent.
      const mask = maskOf(parts.value);
      const opened = await open(
        mask === undefined
          ? events
          : { ...events, onMessage: (message) => events.onMessage(maskedValue(message, mask)) },
        { ...parts.value, signal },
      );
      if (opened.ok) return opened;
      const isRefused = isFirst && !isLocal && opened.error.code === 'upstream_unauthorized';
      if (!isRefused || !(await credentials.refused(audience, caller.principal)))
        return fail(faultFrom(opened.error));
    }
  };
}

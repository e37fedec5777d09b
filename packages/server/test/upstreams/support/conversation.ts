import type {
  ChannelEvents,
  ChannelFault,
  OpenChannel,
  WireMessage,
} from '../../../src/upstreams/channel.ts';

/** One channel, and what came on it. */
export async function converse(
  openChannel: OpenChannel,
  {
    headers = {},
    onMessage,
    signal = new AbortController().signal,
  }: {
    headers?: Record<string, string>;
    onMessage?: ChannelEvents['onMessage'];
    signal?: AbortSignal;
  } = {},
) {
  const messages: WireMessage[] = [];
  const faults: ChannelFault[] = [];
  let taken = 0;
  let wake = (): void => undefined;
  const opened = await openChannel(
    {
      onMessage(message) {
        if (faults.length > 0) throw new Error('a message came after the end');
        messages.push(message);
        wake();
        return onMessage?.(message);
      },
      onClose(fault) {
        faults.push(fault);
        wake();
      },
    },
    { headers, signal },
  );

  async function wait(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }

  return {
    opened,
    messages,
    faults,
    get channel() {
      if (!opened.ok) throw new Error(`${opened.error.code}: ${opened.error.message}`);
      return opened.value;
    },
    /** The next message that was not taken yet; undefined: the channel is over. */
    async next() {
      await wait(() => messages.length > taken || faults.length > 0);
      taken += 1;
      return messages[taken - 1];
    },
    /** How it ended. */
    async fault(): Promise<ChannelFault | undefined> {
      await wait(() => faults.length > 0);
      return faults[0];
    },
  };
}

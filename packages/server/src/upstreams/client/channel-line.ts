// A connection on which both sides speak at any time: requests are told apart by their ids.
import type { JsonObject } from '../../kernel/json.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Channel, ChannelFault, OpenChannel, WireMessage } from '../channel.ts';
import type { CredentialParts } from '../credentials.ts';
import { faultOf } from '../fault.ts';
import { startDeadline } from './deadline.ts';
import { channelFault } from './http-line.ts';
import { modernParams } from './modern.ts';
import { answerToServer, progressOf, replyTo, TOOLS_CHANGED } from './replies.ts';
import type { ClientFault, Line, LineDialect, Replied } from './types.ts';

interface Waiting {
  hear(message: WireMessage): boolean;
  fail(fault: ClientFault): void;
}

export async function openChannelLine(
  open: OpenChannel,
  {
    credential,
    onToolsChanged,
    signal,
  }: {
    credential: CredentialParts;
    onToolsChanged: () => void;
    signal: AbortSignal;
  },
): Promise<Result<Line, ChannelFault>> {
  const waiting = new Map<number, Waiting>();
  let dialect: LineDialect = { isModern: false, revision: undefined };
  let lastId = 0;
  let isOpen = true;

  function failAll(fault: ChannelFault): void {
    isOpen = false;
    for (const one of waiting.values()) one.fail(channelFault(fault));
  }

  const opened = await open(
    {
      onMessage(message) {
        const { id, method } = message;
        if (method === undefined) {
          if (typeof id === 'number') waiting.get(id)?.hear(message);
          return;
        }
        if (method === TOOLS_CHANGED) onToolsChanged();
        if (method === 'notifications/progress')
          for (const one of waiting.values()) if (one.hear(message)) break;
        const answer = answerToServer(message);
        if (answer !== undefined) void channel?.send(answer);
      },
      onClose: failAll,
    },
    { headers: credential.headers, query: credential.query, signal },
  );
  if (!opened.ok) return opened;
  const channel: Channel = opened.value;

  return ok({
    speak(next) {
      dialect = next;
    },
    request(method, given, { capabilities, onProgress, patience, signal: cancelled }) {
      if (!isOpen)
        return Promise.resolve(fail(channelFault({ ...faultOf('upstream_reset'), notSent: true })));
      if (cancelled?.aborted === true) return Promise.resolve(fail({ kind: 'cancelled', notSent: true }));
      const id = (lastId += 1);
      const asked = onProgress === undefined ? given : { ...given, _meta: { progressToken: id } };
      const params = dialect.isModern ? modernParams(asked, capabilities) : asked;
      return new Promise<Replied>((resolve) => {
        function settle(replied: Replied): void {
          if (!waiting.delete(id)) return;
          deadline.clear();
          cancelled?.removeEventListener('abort', cancel);
          resolve(replied);
        }

        function giveUp(fault: ClientFault): void {
          if (!waiting.has(id)) return;
          settle(fail(fault));
          if (method !== 'initialize')
            void channel.send({
              jsonrpc: '2.0',
              method: 'notifications/cancelled',
              params: { requestId: id },
            });
        }

        const cancel = (): void => giveUp({ kind: 'cancelled' });
        const deadline = startDeadline(patience, () => giveUp(channelFault(faultOf('upstream_timeout'))));
        waiting.set(id, {
          hear(message) {
            const progress = progressOf(message, id);
            const reply = progress === undefined ? replyTo(id, message) : undefined;
            if (progress === undefined && message['id'] !== id) return false;
            deadline.heard();
            if (progress !== undefined) onProgress?.(progress);
            else settle(reply === undefined ? fail(channelFault(faultOf('upstream_invalid'))) : ok(reply));
            return true;
          },
          fail: (fault) => settle(fail(fault)),
        });
        cancelled?.addEventListener('abort', cancel, { once: true });
        void channel.send({ jsonrpc: '2.0', id, method, params }).then((sent) => {
          if (sent.ok) return;
          isOpen = false;
          // It was not accepted: nothing came of it.
          const isGone = sent.error.status === 404 || sent.error.status === 400;
          settle(fail(isGone ? { kind: 'session_gone' } : channelFault(sent.error)));
        });
      });
    },
    async notify(method, params?: JsonObject) {
      await channel.send({ jsonrpc: '2.0', method, ...(params === undefined ? {} : { params }) });
    },
    // What is said is heard already.
    listen() {},
    isOpen: () => isOpen,
    close() {
      if (!isOpen) return;
      channel.close();
      failAll(faultOf('upstream_reset'));
    },
  } satisfies Line);
}

import { parseKeepingDigits, textWithDigits, type LegacyRevision, type RpcId } from '@latchkey/tools';
import type { Clock } from '../../../kernel/clock.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import type { Channel, ChannelEvents, WireMessage } from '../../../upstreams/channel.ts';
import type { Exchange } from '../../exchange.ts';
import type { ClientMessage } from '../client-messages.ts';
import { faultFrom, type Fault } from '../fault-answer.ts';
import type { Refusal } from '../../refusal.ts';
import type { Gate } from '../gate.ts';
import type { Passage } from '../passage.ts';
import { createEventLog, type LogBudget, type LoggedEvent } from './event-log.ts';
import { createEventTrack, type EventTrack } from './event-track.ts';
import { placeOf } from './place.ts';
import { abandon, faultIn, settle, type Ask, type Posted } from './posted.ts';

/** Who speaks on a session: as its latest request said. */
export type Speaker = Pick<Passage, 'caller' | 'gate' | 'refresh' | 'target'>;

/** A client's session with an MCP server that keeps a connection: one channel, and whoever listens to it. */
export interface Session {
  readonly id: string;
  speaker: Speaker;
  /** As the server answered the handshake. */
  revision: LegacyRevision | undefined;
  usedMs: number;
  checkedMs: number;
  /** For the channel. */
  readonly events: ChannelEvents;
  join(channel: Channel): void;
  isOver(): boolean;
  isBusy(): boolean;
  /** Somebody waits for something on it. */
  isAttended(): boolean;
  isInUse(id: RpcId): boolean;
  callCount(): number;
  /** For the answers to one POST. */
  newTrack(): EventTrack;
  /**
   * Sends what a client said, in its order; the requests of its POST are under way from now on. A fault ends the session,
   * and answers what is open: first the requests of this POST, of which it is known whether they left.
   */
  send(messages: readonly ClientMessage[], posted?: Posted): Promise<Result<void, Fault>>;
  /** The stream of what belongs to no call. */
  listen(exchange: Exchange): void;
  /** What came after an event, and goes on from there. False: it is not known any more. */
  resume(lastEventId: string, exchange: Exchange): boolean;
  /** Says something of ours to who listens. */
  notify(message: WireMessage): void;
  keepUp(): void;
  /** What is under way since before then is answered with this; the server is told that nobody waits for it. */
  giveUpBefore(ms: number, fault: Fault): void;
  /** Closes the channel. What is open is answered with this. */
  end(fault: Fault): void;
  /** The same for a right that has ended: what is open is cut. */
  cut(refusal: Refusal): void;
}

const ALONE = 0;

export function createSession({
  budget,
  clock,
  id,
  logBytesMax,
  onOver,
  speaker,
}: {
  budget: LogBudget;
  clock: Clock;
  id: string;
  logBytesMax: number;
  onOver: () => void;
  speaker: Speaker;
}): Session {
  const log = createEventLog(budget, logBytesMax);
  const calls = new Map<string, { readonly ask: Ask; readonly posted: Posted; readonly sinceMs: number }>();
  /** Those of calls that are under way. */
  const tracks = new Map<number, EventTrack>();
  let alone: EventTrack | undefined;
  /** The last event on it that somebody was there for. */
  let heardAlone = `${ALONE}-0`;
  let channel: Channel | undefined;
  let tracksBegun = ALONE;
  let isOver = false;

  function aloneTrack(): EventTrack {
    alone ??= createEventTrack(ALONE, log, primes());
    return alone;
  }

  function primes(): boolean {
    return session.revision === '2025-11-25';
  }

  function tell(message: WireMessage): void | Promise<void> {
    const place = placeOf(message, calls);
    if (place.kind === 'nowhere') return undefined;
    if (place.kind === 'alone') return tellAlone(message);
    const { posted } = place;
    if (posted.destination.isAttended()) session.usedMs = clock.nowMs();
    const told = posted.destination.tell(shown(message, posted.gate));
    if (place.kind === 'answer') {
      calls.delete(String(place.ask.id));
      const fault = faultIn(message);
      settle(posted, place.ask, fault === undefined ? undefined : { fault });
    }
    return told;
  }

  function tellAlone(message: WireMessage): void | Promise<void> {
    const track = aloneTrack();
    const told = track.tell(shown(message, session.speaker.gate));
    // A server that talks to nobody does not keep a session alive.
    if (!track.isAttended()) return told;
    session.usedMs = clock.nowMs();
    heardAlone = log.endOf(ALONE);
    return told;
  }

  /** The server does not answer what was cancelled. */
  function cancel({ message }: ClientMessage): void {
    if (message.kind !== 'notification' || message.method !== 'notifications/cancelled') return;
    const cancelled = message.params?.['requestId'];
    if (typeof cancelled !== 'string' && typeof cancelled !== 'number') return;
    const call = calls.get(String(cancelled));
    if (call === undefined) return;
    calls.delete(String(cancelled));
    settle(call.posted, call.ask, { fault: 'cancelled' });
  }

  function end(fault: Fault): void {
    if (isOver) return;
    stop();
    for (const { ask, posted } of calls.values()) abandon(posted, ask, fault);
    alone?.finish();
    forget();
  }

  function begin(posted: Posted): void {
    const sinceMs = clock.nowMs();
    for (const ask of posted.open) calls.set(String(ask.id), { ask, posted, sinceMs });
  }

  function giveUp(posted: Posted, fault: Fault): void {
    for (const ask of posted.open) {
      calls.delete(String(ask.id));
      abandon(posted, ask, fault);
    }
  }

  function stop(): void {
    isOver = true;
    channel?.close();
    onOver();
  }

  function forget(): void {
    calls.clear();
    log.clear();
  }

  /** What was said before, as it may be seen today. */
  function presented(events: readonly LoggedEvent[]): readonly LoggedEvent[] {
    return events.map(({ data, id: eventId }) => ({
      id: eventId,
      data: shown(parseKeepingDigits(data) as WireMessage, session.speaker.gate),
    }));
  }

  const session: Session = {
    id,
    speaker,
    revision: undefined,
    usedMs: clock.nowMs(),
    checkedMs: clock.nowMs(),
    events: {
      onMessage: (message) => (isOver ? undefined : tell(message)),
      onClose: (fault) => end(faultFrom(fault)),
    },
    join(opened) {
      channel = opened;
      if (isOver) opened.close();
    },
    isOver: () => isOver,
    isBusy: () => calls.size > 0,
    isAttended: () => calls.size > 0 || alone?.isAttended() === true,
    isInUse: (callId) => calls.has(String(callId)),
    callCount: () => calls.size,
    newTrack() {
      tracksBegun += 1;
      const track = createEventTrack(tracksBegun, log, primes());
      tracks.set(track.number, track);
      return track;
    },
    async send(messages, posted) {
      if (posted !== undefined) begin(posted);
      for (const [index, one] of messages.entries()) {
        if (isOver || channel === undefined) return fail(OVER);
        session.usedMs = clock.nowMs();
        const sent = await channel.send(one.wire);
        if (!sent.ok) {
          const fault = faultFrom(sent.error);
          const mayHaveLeft = { ...fault, notSent: undefined };
          const own = index === 0 ? fault : mayHaveLeft;
          if (posted !== undefined) giveUp(posted, own);
          // Others may fail at the same moment, and say of themselves whether they left.
          setImmediate(() => end(mayHaveLeft));
          return fail(own);
        }
        cancel(one);
      }
      return ok(undefined);
    },
    listen(exchange) {
      const owed = log.after(heardAlone)?.events ?? [];
      aloneTrack().attach(exchange, presented(owed));
      heardAlone = log.endOf(ALONE);
    },
    resume(lastEventId, exchange) {
      const found = log.after(lastEventId);
      if (found === undefined || found.track > tracksBegun) return false;
      const since = presented(found.events);
      if (found.track === ALONE) {
        aloneTrack().attach(exchange, since);
        heardAlone = log.endOf(ALONE);
        return true;
      }
      const going = tracks.get(found.track);
      const isDone = going === undefined || going.isFinished();
      // Who has heard all of what is over is not told again and again that there is nothing.
      if (isDone && since.length === 0) return false;
      const track = isDone ? createEventTrack(found.track, log, false) : going;
      track.attach(exchange, since);
      if (isDone) track.finish();
      return true;
    },
    notify: (message) => void tellAlone(message),
    keepUp() {
      alone?.keepUp();
      for (const [number, track] of tracks) {
        if (track.isFinished()) tracks.delete(number);
        else track.keepUp();
      }
    },
    giveUpBefore(ms, fault) {
      for (const { ask, posted, sinceMs } of calls.values()) {
        if (sinceMs >= ms) continue;
        calls.delete(String(ask.id));
        abandon(posted, ask, fault);
        void channel?.send({
          jsonrpc: '2.0',
          method: 'notifications/cancelled',
          params: { requestId: ask.id },
        });
      }
    },
    end,
    cut(refusal) {
      if (isOver) return;
      stop();
      for (const posted of new Set([...calls.values()].map((call) => call.posted))) {
        posted.destination.cut(refusal);
        posted.end({ fault: refusal.error.code });
      }
      alone?.cut();
      forget();
    },
  };
  return session;
}

function shown(message: WireMessage, gate: Pick<Gate, 'present'>): string {
  return textWithDigits(gate.present(message));
}

const OVER: Fault = { code: 'upstream_reset', message: 'The session has ended.', status: 502 };

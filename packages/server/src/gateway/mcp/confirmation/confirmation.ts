import { CONFIRM_ARGUMENT, confirmArgumentOf } from '../../../connectors/with-confirm.ts';
import type { Clock } from '../../../kernel/clock.ts';
import { AppError } from '../../../kernel/errors.ts';
import { inTime } from '../../../kernel/in-time.ts';
import { deriveKey } from '../../../kernel/seal.ts';
import { hashSecret } from '../../../kernel/secret.ts';
import type { Round } from '../round.ts';
import { codeWanted, declined } from './answers.ts';
import { createCodes } from './code.ts';
import type { Checked, Confirmable, Reason } from './confirmable.ts';
import { digestOf } from './digest.ts';
import { formOf, readForm, showsForms } from './form.ts';
import { questionOf } from './question.ts';
import { createStates, isOurs, type ConfirmedBy, type Theirs } from './states.ts';
import { textOfSubject } from './subject.ts';

interface Free {
  readonly arguments: Confirmable['arguments'];
  readonly round?: Round | undefined;
}

export interface Confirmation {
  /** Nobody has to be asked, and nothing in the call is ours. What `check` says of it then is that it may go on as it is. */
  isFree(call: Free, text: string | undefined): boolean;
  /** Whether a call may go on. Each word of a person is good for one call, on whichever node. */
  check(call: Confirmable): Promise<Checked>;
}

type Fault = 'invalid' | 'expired' | 'used';

/** A call that a person has to be asked about. */
interface Question {
  readonly call: Confirmable & { readonly text: string };
  /** What the answer will be good for. */
  readonly about: string;
  /** What was wrong with the answer that came. */
  readonly fault?: Fault;
  /** What a server behind us is to be told when the person has agreed. */
  readonly theirs: Theirs;
}

/** Of what a client says in answer to a server, as much as is kept while we ask. Without it the server asks again. */
const THEIRS_CHARACTERS_MAX = 65_536;

export function createConfirmation({
  key,
  claimOnce,
  clock,
}: {
  /** The same on every node. */
  key: Uint8Array;
  /** True for one caller per id, on all nodes. */
  claimOnce: (id: string, expiresAtSeconds: number) => Promise<boolean>;
  clock: Clock;
}): Confirmation {
  const states = createStates({ key: deriveKey(key, 'states'), clock });
  const codes = createCodes({ key: deriveKey(key, 'codes'), clock });

  async function isFirst(word: { readonly id: string; readonly expiresAtSeconds: number }): Promise<boolean> {
    try {
      return await inTime(claimOnce(word.id, word.expiresAtSeconds));
    } catch (cause) {
      throw new AppError('unavailable', 'The confirmation cannot be checked at the moment. Try again.', {
        internalMessage: 'a confirmation could not be claimed',
        cause,
        retryAfterSeconds: 1,
      });
    }
  }

  function go(call: Confirmable, about: string, theirs: Theirs, confirmed?: ConfirmedBy): Checked {
    const { round, text } = call;
    return {
      kind: 'go',
      confirmed,
      arguments: call.arguments,
      round: round && {
        capabilities: round.capabilities,
        ...(round.isOurs && { isOurs: true }),
        ...theirs,
      },
      wrap: (requestState) =>
        confirmed === undefined || text === undefined || round === undefined
          ? requestState
          : states.make({ stage: confirmed, text: hashSecret(text), requestState }, about),
    };
  }

  /** What the `requestState` says of the call, or that somebody has to be asked. */
  async function readState(call: Confirmable, about: string): Promise<Checked | Question> {
    const { requestId, round, text } = call;
    const state = states.read(round?.requestState, about);
    const ask = (theirs: Theirs, fault?: Fault): Checked | Question =>
      text === undefined
        ? go(call, about, theirs)
        : { call: { ...call, text }, about, theirs, ...(fault && { fault }) };
    if (state.kind === 'foreign') return ask(theirsIn(round));
    if (state.kind !== 'good') return ask({}, state.kind);

    const { content } = state;
    const { inputResponses, requestState, stage } = content;
    const answer = stage === 'asked' ? readForm(round?.inputResponses) : 'agreed';
    const theirs =
      stage === 'asked' ? { inputResponses, requestState } : { ...theirsIn(round), requestState };
    if (answer === 'declined' || answer === 'cancelled') {
      // A question that was answered cannot be answered again.
      await isFirst(state);
      return { kind: 'result', reason: `confirmation_${answer}`, result: declined(answer, requestId) };
    }
    const isCurrent = text !== undefined && content.text === hashSecret(text);
    if (answer === 'none' || !isCurrent) return ask(theirs);
    if (!(await isFirst(state))) return ask({}, 'used');
    return go(call, about, theirs, stage === 'asked' ? 'form' : stage);
  }

  function askInForm({ about, call, fault, theirs }: Question): Checked {
    const content = { stage: 'asked', text: hashSecret(call.text), ...keepable(theirs) } as const;
    return {
      kind: 'ask',
      reason: reasonFor(fault),
      inputRequests: formOf(messageOf(call)),
      requestState: states.make(content, about),
    };
  }

  async function askForCode(question: Question, argument: string, code: unknown): Promise<Checked> {
    const { about, call, theirs } = question;
    const meant = `${about} ${call.text}`;
    let { fault } = question;
    if (code !== undefined && code !== null && code !== '') {
      const read = typeof code === 'string' ? codes.read(code, meant) : ({ kind: 'invalid' } as const);
      if (read.kind === 'good') {
        if (await isFirst(read)) return go(call, about, theirs, 'code');
        fault = 'used';
      } else fault = read.kind;
    }
    const asked = { message: messageOf(call), code: codes.make(meant), argument, fault };
    return {
      kind: 'result',
      reason: reasonFor(fault),
      result: codeWanted({ ...asked, requestId: call.requestId }),
    };
  }

  /** No text to agree to, and no state of ours that comes back. */
  const needsNobody = ({ round }: Pick<Free, 'round'>, text: string | undefined): boolean =>
    text === undefined && !isOurs(round?.requestState);

  return {
    isFree: (call, text) => needsNobody(call, text) && !Object.keys(call.arguments).some(mayBeOurs),

    async check(call) {
      const { round, text } = call;
      const isFree = needsNobody(call, text);
      if (isFree && !Object.keys(call.arguments).some(mayBeOurs)) return go(call, '', theirsIn(round));
      const argument = confirmArgumentOf(call.tool.inputSchema);
      const { [argument]: code, ...args } = call.arguments;
      if (isFree) {
        // A list may be older than the rules.
        const left = codes.isOne(code) ? { ...call, arguments: args } : call;
        return go(left, '', theirsIn(round));
      }
      const plain = { ...call, arguments: args };
      const about = textOfSubject({
        principal: call.principal,
        connectorId: call.connector.id,
        tool: call.tool.name,
        digest: digestOf(args),
      });
      const read = await readState(plain, about);
      if ('kind' in read) return read;
      return round !== undefined && showsForms(round.capabilities)
        ? askInForm(read)
        : askForCode(read, argument, code);
    },
  };
}

function mayBeOurs(argument: string): boolean {
  return argument.startsWith(CONFIRM_ARGUMENT);
}

function messageOf({ arguments: args, calledName, connector, text, tool }: Question['call']): string {
  const { title } = tool;
  return questionOf({ text, name: calledName, title, connector: connector.name, arguments: args });
}

function theirsIn(round: Round | undefined): Theirs {
  return round === undefined
    ? {}
    : { inputResponses: round.inputResponses, requestState: round.requestState };
}

function keepable(theirs: Theirs): Theirs {
  return JSON.stringify(theirs).length > THEIRS_CHARACTERS_MAX ? {} : theirs;
}

function reasonFor(fault: Fault | undefined): Reason {
  return fault === undefined ? 'confirmation_required' : `confirmation_${fault}`;
}

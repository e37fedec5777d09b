import { readArguments, RPC } from '@latchkey/tools';
import { errorAnswer, resultAnswer } from '../mcp/answer.ts';
import type { Confirmation } from '../mcp/confirmation/confirmation.ts';
import { readRound } from '../mcp/round.ts';
import { serializeQuestion, serializeToolResult } from '../mcp/tool-result.ts';
import type { ClientMessage } from './client-messages.ts';
import { dialectIn, type Headers } from './headers-match.ts';
import type { Judged } from './judge.ts';

type Passed = Extract<Judged, { kind: 'pass' }>;

/** What else becomes of a message that may pass. */
export type Confirmed =
  | (Passed & {
      /** What is sent in its place, where our part had to be taken out: read as we read it. */
      readonly instead?: ClientMessage;
      /** For the `requestState` of a server that asks before it answers. */
      readonly wrap?: (requestState: string | undefined) => string | undefined;
    })
  | Extract<Judged, { kind: 'refused' }>;

/** Has a person agree to a call first, where an admin wants that. */
export function createConfirmCall(confirmation: Confirmation) {
  return async (
    { message, wire }: ClientMessage,
    judged: Passed,
    { headers }: { readonly headers: Headers },
  ): Promise<Confirmed> => {
    const { call, tool } = judged;
    if (message.kind !== 'request' || call === undefined || tool === undefined) return judged;
    const { id, params } = message;
    const given = readArguments(params?.['arguments']);
    if (given === undefined) {
      // Whoever agrees has to know to what; else it is the server's to say.
      if (tool.confirmation === undefined) return judged;
      return { kind: 'refused', answer: errorAnswer(200, id, RPC.invalidParams, ARGUMENTS_WANTED) };
    }
    const dialect = dialectIn(message, headers);
    const round = readRound(params, dialect);
    const checked = await confirmation.check({
      principal: call.principal,
      requestId: call.requestId,
      connector: tool.connector,
      tool,
      calledName: tool.name,
      text: tool.confirmation,
      arguments: given,
      round,
    });
    if (checked.kind !== 'go') {
      const said =
        checked.kind === 'ask'
          ? serializeQuestion({ ...checked, kind: 'input_required' })
          : serializeToolResult(checked.result, dialect);
      return { kind: 'refused', answer: resultAnswer(id, said), call, reason: checked.reason };
    }
    const { arguments: agreed, confirmed, wrap } = checked;
    const { inputResponses, requestState } = checked.round ?? {};
    const isUntouched =
      agreed === given && inputResponses === round?.inputResponses && requestState === round?.requestState;
    if (isUntouched) return judged;
    const { inputResponses: _, requestState: __, ...rest } = params ?? {};
    const told = {
      ...(round === undefined ? params : rest),
      arguments: agreed,
      ...(round !== undefined && inputResponses !== undefined && { inputResponses }),
      ...(round !== undefined && requestState !== undefined && { requestState }),
    };
    return {
      kind: 'pass',
      call: { ...call, confirmed },
      instead: { message: { ...message, params: told }, wire: { ...wire, params: told } },
      ...(confirmed !== undefined && { wrap }),
    };
  };
}

const ARGUMENTS_WANTED = 'params.arguments is an object.';

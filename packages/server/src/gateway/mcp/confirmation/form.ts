import { isJsonObject, type JsonObject } from '../../../kernel/json.ts';

// Elicitation in form mode, as a question that a result asks (MCP 2026-07-28, MRTR and Elicitation).

/** The key of our question among `inputRequests`. */
const QUESTION = 'latchkey_confirmation';

/** A client that names no mode means forms, as before there were others. */
export function showsForms(capabilities: JsonObject): boolean {
  const { elicitation } = capabilities;
  if (!isJsonObject(elicitation)) return false;
  return isJsonObject(elicitation['form']) || elicitation['url'] === undefined;
}

export function formOf(message: string): JsonObject {
  return {
    [QUESTION]: {
      method: 'elicitation/create',
      params: {
        mode: 'form',
        message,
        requestedSchema: {
          type: 'object',
          properties: {
            confirm: {
              type: 'boolean',
              title: 'I agree',
              description: 'The tool is called with these arguments.',
              default: false,
            },
          },
          required: ['confirm'],
        },
      },
    },
  };
}

/** `none`: it was not answered, or not in words that we know. */
export type FormAnswer = 'agreed' | 'declined' | 'cancelled' | 'none';

export function readForm(inputResponses: JsonObject | undefined): FormAnswer {
  const answer = inputResponses?.[QUESTION];
  if (!isJsonObject(answer)) return 'none';
  const { action, content } = answer;
  if (action === 'decline') return 'declined';
  if (action === 'cancel') return 'cancelled';
  if (action !== 'accept' || !isJsonObject(content)) return 'none';
  if (content['confirm'] === false) return 'declined';
  return content['confirm'] === true ? 'agreed' : 'none';
}

/** What a client says that shows forms, and what it answers: for who asks people in another way. */
export const SHOWS_FORMS: JsonObject = { elicitation: { form: {} } };

export function formAnswer(agreed: boolean): JsonObject {
  return { [QUESTION]: agreed ? { action: 'accept', content: { confirm: true } } : { action: 'decline' } };
}

/** The words of our question; undefined: it is not ours. */
export function messageOfForm(inputRequests: JsonObject | undefined): string | undefined {
  const question = inputRequests?.[QUESTION];
  const params = isJsonObject(question) ? question['params'] : undefined;
  const message = isJsonObject(params) ? params['message'] : undefined;
  return typeof message === 'string' ? message : undefined;
}

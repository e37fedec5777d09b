import type { Catalogue, PreparedRequest, SecurityScheme, Sender, Tool } from '../../src/index.ts';
import { prepareRequest } from '../../src/index.ts';
import { generateArguments } from './generate-arguments.ts';
import type { Prism } from './prism.ts';

/** A call that the judge did not accept, in its own words. */
export interface Objection {
  readonly tool: string;
  readonly said: string;
}

/** Calls every tool once, with arguments made from its schema, and collects what the judge objects to. */
export async function judge(catalogue: Catalogue, prism: Prism, sender: Sender): Promise<Objection[]> {
  const objections: Objection[] = [];
  for (const tool of catalogue.tools) {
    const said = await objectionTo(tool, catalogue.security, prism, sender);
    if (said !== undefined) objections.push({ tool: tool.name, said });
  }
  return objections;
}

async function objectionTo(
  tool: Tool,
  schemes: readonly SecurityScheme[],
  prism: Prism,
  sender: Sender,
): Promise<string | undefined> {
  const args = generateArguments(tool.inputSchema, seedOf(tool.name));
  const prepared = prepareRequest(tool, args);
  if (!prepared.ok) return `not sent: ${JSON.stringify(prepared.error)}`;
  const { baseUrl: _, ...request } = prepared.value;
  const { headers, path } = withCredential(request, tool, schemes);
  const answered = await sender.send({ baseUrl: prism.baseUrl, request: { ...request, path }, headers });
  if (!answered.ok) return `no answer: ${answered.error.code}`;
  const { status, body } = answered.value;
  const text = body.toString('utf8');
  const problem = /prism\/errors#(\w+)/.exec(text)?.[1];
  // What it says of its own answers is not about the request.
  if (problem === undefined || ABOUT_THE_ANSWER.has(problem)) return undefined;
  return `${status} ${problem} ${validationOf(text)}`.trim();
}

const ABOUT_THE_ANSWER = new Set([
  'NO_RESPONSE_DEFINED',
  'NO_SUCCESS_RESPONSE_DEFINED',
  'VIOLATIONS',
  'NOT_ACCEPTABLE',
]);

function validationOf(text: string): string {
  try {
    const { validation, detail } = JSON.parse(text) as { validation?: unknown; detail?: string };
    return (validation === undefined ? (detail ?? '') : JSON.stringify(validation)).slice(0, 600);
  } catch {
    return '';
  }
}

function withCredential(
  { path }: PreparedRequest,
  { binding }: Tool,
  schemes: readonly SecurityScheme[],
): { headers: Record<string, string>; path: string } {
  const headers: Record<string, string> = {};
  let query = '';
  for (const scheme of schemes.filter(({ name }) => binding.security.includes(name))) {
    const { type, in: place, parameterName = '' } = scheme;
    if (type === 'apiKey' && place === 'query') query += `&${encodeURIComponent(parameterName)}=secret`;
    else if (type === 'apiKey' && place === 'cookie') headers['cookie'] = `${parameterName}=secret`;
    else if (type === 'apiKey') headers[parameterName] = 'secret';
    else if (scheme.scheme?.toLowerCase() === 'basic' || type === 'basic')
      headers['authorization'] = 'Basic YTpi';
    else headers['authorization'] = 'Bearer secret';
  }
  if (query === '') return { headers, path };
  return { headers, path: path.includes('?') ? path + query : `${path}?${query.slice(1)}` };
}

function seedOf(name: string): number {
  let hash = 2_166_136_261;
  for (const character of name) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16_777_619);
  return hash >>> 0;
}

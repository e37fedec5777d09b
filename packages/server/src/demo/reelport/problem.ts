import type { Context } from 'hono';

/** Every problem that Reelport answers with: its status and its title. The document names the same codes. */
const PROBLEMS = {
  invalid_body: [400, 'The request cannot be read'],
  invalid_cursor: [400, 'Unknown cursor'],
  unauthenticated: [401, 'Not authenticated'],
  insufficient_credits: [402, 'Not enough credits'],
  read_only: [403, 'Read-only access'],
  invalid_upload_token: [403, 'Upload URL not valid'],
  not_found: [404, 'Not found'],
  already_published: [409, 'Already published'],
  not_configured: [409, 'Not ready to publish'],
  already_connected: [409, 'Already connected'],
  already_uploaded: [409, 'Already uploaded'],
  payload_too_large: [413, 'Too large'],
  unsupported_media_type: [415, 'Type not supported'],
  invalid: [422, 'Not valid'],
  rate_limited: [429, 'Too many requests'],
  internal: [500, 'Something went wrong'],
  unavailable: [503, 'Not available'],
} as const;

type ProblemCode = keyof typeof PROBLEMS;

/** An answer other than success. `members` are added to the problem document (RFC 9457, section 3.2). */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly members: object;
  readonly headers: Record<string, string>;

  constructor(
    code: ProblemCode,
    detail: string,
    more: { members?: object; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(detail, { cause: more.cause });
    this.name = 'Problem';
    this.code = code;
    this.members = more.members ?? {};
    this.headers = more.headers ?? {};
  }
}

export interface FieldError {
  readonly in: 'body' | 'query';
  /** The path of the value, such as `account_ids.0`; empty for the whole. */
  readonly field: string;
  readonly message: string;
}

export function invalid(errors: readonly FieldError[]): Problem {
  const count = errors.length === 1 ? '1 value is' : `${errors.length} values are`;
  return new Problem('invalid', `${count} not valid.`, { members: { errors } });
}

export function notFound(noun: string): Problem {
  return new Problem('not_found', `There is no such ${noun} in this organisation.`);
}

export function presentProblem(c: Context, problem: Problem, requestId: string): Response {
  const [status, title] = PROBLEMS[problem.code];
  for (const [name, value] of Object.entries(problem.headers)) c.header(name, value);
  c.header('Content-Type', 'application/problem+json');
  return c.body(
    JSON.stringify({
      type: `urn:reelport:problem:${problem.code}`,
      title,
      status,
      code: problem.code,
      detail: problem.message,
      request_id: requestId,
      ...problem.members,
    }),
    status,
  );
}

import type { MiddlewareHandler } from 'hono';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

type Json = Record<string, unknown>;

interface Operation {
  method: string;
  path: RegExp;
  name: string;
  /** By status, `4XX` and `5XX` for those that have none of their own. Made at the first look: there are hundreds. */
  validators: Map<string, () => ValidateFunction>;
}

/** Compares every JSON answer of the portal with its document, and keeps what does not fit. */
export function createAnswerCheck(document: Json) {
  const complaints: string[] = [];
  const operations = sharedOperations(document);

  async function check(method: string, path: string, response: Response): Promise<void> {
    if (response.headers.get('content-type')?.startsWith('application/json') !== true) return;
    const found = operations.filter((one) => one.method === method && one.path.test(path));
    // Two may fit: `/keys/mine` is `/keys/{key}`, too. The literal one is the one that answers.
    const [operation] = found.toSorted((a, b) => b.name.length - a.name.length);
    const { status } = response;
    const body: unknown = await response.clone().json();
    const validate =
      operation?.validators.get(String(status)) ?? operation?.validators.get(`${String(status)[0]}XX`);
    const place = `${method} ${path}: ${status}`;
    if (operation === undefined) {
      if (status < 400) complaints.push(`${place}: no operation of the document`);
    } else if (validate === undefined) complaints.push(`${place}: the document has no such status`);
    else if (!validate()(body)) {
      const faults = validate().errors?.map(({ instancePath, message, params }) =>
        [instancePath, message, JSON.stringify(params)].join(' '),
      );
      complaints.push(`${place}: ${faults?.join('; ')}`);
    }
  }

  const middleware: MiddlewareHandler = async (context, next) => {
    await next();
    const method = context.req.method === 'HEAD' ? 'GET' : context.req.method;
    await check(method, context.req.path.replace('/portal/v1', ''), context.res);
  };

  return {
    middleware,
    complaints,
    /** To be called when a file's tests are over. */
    assertNone(): void {
      if (complaints.length > 0)
        throw new Error(`Answers that the API's document does not know:\n${complaints.join('\n')}`);
    },
  };
}

/** Compiles each schema that an answer is compared with, those of answers that no test provokes among them. */
export function compileAnswers(document: Json): number {
  const all = sharedOperations(document).flatMap(({ validators }) => [...validators.values()]);
  for (const validator of all) validator();
  return all.length;
}

/** Of documents that differ in where they are served alone: the files of a worker make each validator once. */
function sharedOperations({ servers: _servers, ...document }: Json): Operation[] {
  const text = JSON.stringify(document);
  const known = SHARED.get(text) ?? operationsOf(document);
  SHARED.set(text, known);
  return known;
}

const SHARED = new Map<string, Operation[]>();

function operationsOf(document: Json): Operation[] {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema({ ...document, $id: 'https://document.test/' });
  const pointerOf = (...steps: string[]) =>
    `https://document.test/#/${steps.map((step) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`;
  return Object.entries(document['paths'] as Record<string, Json>).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => {
      const { responses } = operation as { responses: Record<string, { content: Json }> };
      const inJson = Object.keys(responses).filter(
        (status) => 'application/json' in (responses[status]?.content ?? {}),
      );
      const validators = inJson.map((status) => {
        const place = pointerOf(
          'paths',
          path,
          method,
          'responses',
          status,
          'content',
          'application/json',
          'schema',
        );
        let made: ValidateFunction | undefined;
        return [status, () => (made ??= ajv.compile({ $ref: place }))] as const;
      });
      return {
        method: method.toUpperCase(),
        name: path.replaceAll(/\{\w+\}/g, ''),
        path: new RegExp(`^${path.replaceAll('.', String.raw`\.`).replaceAll(/\{\w+\}/g, '[^/]+')}/?$`),
        validators: new Map(validators),
      };
    }),
  );
}

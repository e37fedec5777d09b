import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPortal, type OpenedPortal } from './open-portal.ts';
import { ALL_ROUTES } from './routes.ts';

// No text of PostgreSQL holds a NUL. One that gets that far is a failure of ours, not of whoever sent it.

let portal: OpenedPortal;
beforeAll(async () => {
  portal = await openPortal();
});
afterAll(() => portal.close());

async function furnished() {
  const { orgId, slug } = await portal.organisation();
  return { slug, owner: await portal.person({ orgId, role: 'owner' }) };
}

test.each(ALL_ROUTES)('$method $path fails at no NUL in its path', async ({ method, path, body }) => {
  const { owner, slug } = await furnished();
  const segments = path.replace(':org', slug).replace(/\?.*/, '').split('/');
  const failed: string[] = [];
  for (const at of segments.keys()) {
    const bent = segments.with(at, `${segments[at]}%00`).join('/');
    if ((await owner.send(method, bent, { body })).status >= 500) failed.push(bent);
  }
  expect(failed).toEqual([]);
});

test.each(ALL_ROUTES.filter(({ body }) => body !== undefined))(
  '$method $path fails at no NUL in its body',
  async ({ method, path, body }) => {
    const { owner, slug } = await furnished();
    const failed: unknown[] = [];
    for (const bent of eachWithNul(body)) {
      const { status } = await owner.send(method, path.replace(':org', slug), { body: bent });
      if (status >= 500) failed.push(bent);
    }
    expect(failed).toEqual([]);
  },
);

test('what is asked for in a query has no NUL', async () => {
  const { owner, slug } = await furnished();
  const questions = (await queries()).map((question) =>
    question.replace('{org}', slug).replaceAll(/\{[^}]*\}/g, 'absent'),
  );
  const answers: number[] = [];
  for (const question of questions) answers.push((await owner.get(`${question}=some%00thing`)).status);
  // Or who asks may not, or there is nothing of the kind.
  expect(questions.filter((_, at) => ![400, 403, 404].includes(answers[at] ?? 0))).toEqual([]);
  expect(answers.filter((status) => status === 400).length).toBeGreaterThan(50);
});

/** `/path?name` of each query parameter of the API. */
async function queries(): Promise<string[]> {
  interface Described {
    paths: Record<string, { get?: { parameters?: { name: string; in: string }[] } }>;
  }
  const response = await portal.app.request(`${portal.baseUrl}/portal/v1/openapi.json`);
  const { paths } = (await response.json()) as Described;
  return Object.entries(paths).flatMap(([path, { get }]) =>
    (get?.parameters ?? []).flatMap(({ name, in: place }) => (place === 'query' ? `${path}?${name}` : [])),
  );
}

/** The same once for each of its texts, which then ends with a NUL. */
function eachWithNul(value: unknown): unknown[] {
  if (typeof value === 'string') return [`${value}\0`];
  if (Array.isArray(value))
    return value.flatMap((item, at) => eachWithNul(item).map((bent) => value.with(at, bent)));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) =>
    eachWithNul(item).map((bent) => ({ ...value, [name]: bent })),
  );
}

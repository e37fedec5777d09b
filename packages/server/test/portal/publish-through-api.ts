import type { BrowserContext } from 'playwright-core';
import { expect } from 'vitest';

interface ImportAnswer {
  id: string;
  state: string;
  revision: number;
  settings: Record<string, unknown>;
}

/** Publishes a document as its admin's browser would, without the pages. */
export async function publishThroughApi(
  { baseUrl, context, slug }: { baseUrl: string; context: BrowserContext; slug: string },
  document: string,
  { connector, note = '', name }: { connector?: string; note?: string; name?: string } = {},
): Promise<void> {
  const imports = `${baseUrl}/portal/v1/organisations/${slug}/imports`;
  const { request } = context;
  const asJson = async <T>(answer: Awaited<ReturnType<typeof request.get>>): Promise<T> => {
    expect([answer.status(), answer.ok() ? '' : await answer.text()]).toEqual([answer.status(), '']);
    return (await answer.json()) as T;
  };
  const settled = async (id: string): Promise<ImportAnswer> => {
    let view: ImportAnswer | undefined;
    await expect
      .poll(async () => {
        view = await asJson<ImportAnswer>(await request.get(`${imports}/${id}`));
        return view.state;
      })
      .toBe('ready');
    if (view === undefined) throw new Error('no import');
    return view;
  };
  const begun = await asJson<ImportAnswer>(
    await request.post(`${imports}/upload${connector === undefined ? '' : `?connector=${connector}`}`, {
      headers: { 'Content-Type': 'application/octet-stream', Origin: baseUrl },
      data: Buffer.from(document),
    }),
  );
  let view = await settled(begun.id);
  const send = { headers: { 'Content-Type': 'application/json', Origin: baseUrl } };
  if (name !== undefined) {
    const settings = { ...view.settings, name };
    await asJson(
      await request.put(`${imports}/${view.id}/settings`, {
        ...send,
        data: { revision: view.revision, settings },
      }),
    );
    view = await settled(view.id);
  }
  const diff = await asJson<{ content_hash: string; base_version: number | null; new_write_tools: string[] }>(
    await request.get(`${imports}/${view.id}/diff`),
  );
  await asJson(
    await request.post(`${imports}/${view.id}/publish`, {
      ...send,
      data: {
        content_hash: diff.content_hash,
        base_version: diff.base_version,
        ticked: diff.new_write_tools,
        note,
      },
    }),
  );
}

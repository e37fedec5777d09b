import type { Caller } from './world.ts';
import { at, itemsOf, textAt } from './json.ts';

export async function makeDraft(full: Caller): Promise<string> {
  return textAt((await full('create_bundle', { json: { title: 'A bundle' } })).body, 'id');
}

/** Ready to publish: with the medium and the accounts that every organisation starts with. */
export async function makeReady(full: Caller): Promise<string> {
  const [accountIds, mediaIds] = await Promise.all([idsOf(full, 'list_accounts'), idsOf(full, 'list_media')]);
  const bundleId = await makeDraft(full);
  await full('configure_bundle', {
    path: { bundle_id: bundleId },
    json: { account_ids: accountIds, media_ids: mediaIds },
  });
  return bundleId;
}

export async function idsOf(caller: Caller, listId: string, query: Record<string, string> = {}) {
  return itemsOf(at((await caller(listId, { query })).body, 'data')).map((item) => textAt(item, 'id'));
}

export function statusesOf(answers: readonly { status: number }[]): number[] {
  return answers.map(({ status }) => status).toSorted((left, right) => left - right);
}

export const NO_SUCH = {
  bundle_id: `bdl_${'x'.repeat(20)}`,
  account_id: `acc_${'x'.repeat(20)}`,
  media_id: `med_${'x'.repeat(20)}`,
  webhook_id: `whk_${'x'.repeat(20)}`,
};

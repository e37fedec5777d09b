import { z } from 'zod';
import type { McpApp } from './mcp-app.ts';

const pageSchema = z.object({ data: z.array(z.object({ id: z.string() })) });
const bundleSchema = z.object({ id: z.string(), status: z.string() });
const balanceSchema = z.object({ balance: z.number() });

export async function balanceOf(app: McpApp): Promise<number> {
  const { failed, said } = await app.call('get_credit_balance');
  if (failed) throw new Error(JSON.stringify(said));
  return balanceSchema.parse(said).balance;
}

/** A bundle with a video and an account of the organisation: nothing is left but to publish it. */
export async function makeReadyBundle(app: McpApp, title: string): Promise<string> {
  const accounts = pageSchema.parse((await app.call('list_accounts')).said);
  const media = pageSchema.parse((await app.call('list_media')).said);
  const { id } = bundleSchema.parse((await app.call('create_bundle', { title })).said);
  const configured = await app.call('configure_bundle', {
    bundle_id: id,
    account_ids: accounts.data.map((account) => account.id),
    media_ids: media.data.map((medium) => medium.id),
  });
  if (bundleSchema.parse(configured.said).status !== 'ready')
    throw new Error(JSON.stringify(configured.said));
  return id;
}

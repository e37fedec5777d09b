import { readFile } from 'node:fs/promises';
import { compileCatalogue } from '@latchkey/tools';
import type { App } from '../../app.ts';
import { importConnector } from '../../connectors/import-connector.ts';
import { DEMO_OPERATOR, DEMO_ORGANISATIONS, DEMO_PASSWORD, DEMO_USERS } from '../../demo/demo-data.ts';
import type { OrganisationId } from '../../kernel/ids.ts';

const REELPORT_DOCUMENT = new URL('../../demo/reelport/openapi.yaml', import.meta.url);

/** The fixed organisations, people and connector. May run again on the same database: what is there stays. */
export async function seedDemo(
  latchkey: App,
  reelportUrl: string,
  password: string = DEMO_PASSWORD,
): Promise<void> {
  const { people, store } = latchkey;
  const orgIds = new Map<string, OrganisationId>();
  for (const organisation of DEMO_ORGANISATIONS) {
    const existing = await store.people.findOrganisationBySlug(organisation.slug);
    const created = existing === undefined ? await people.createOrganisation(organisation) : undefined;
    if (created?.ok === false) throw new Error(`organisation ${organisation.slug}: ${created.error.reason}`);
    const orgId = existing?.id ?? created?.value.orgId;
    if (orgId !== undefined) orgIds.set(organisation.slug, orgId);
  }
  for (const { email, name, roles } of DEMO_USERS) {
    const created = await people.createUser({ email, name, password });
    if (!created.ok) {
      if (created.error.reason === 'email_taken') continue;
      throw new Error(`user ${email}: ${created.error.reason}`);
    }
    for (const [slug, role] of Object.entries(roles)) {
      const orgId = orgIds.get(slug);
      if (orgId !== undefined) await store.people.addMember(orgId, created.value.userId, role);
    }
    if (email === DEMO_OPERATOR) await store.operators.add(created.value.userId, { declared: false });
  }
  const imported = await importConnector(store, {
    orgId: null,
    slug: 'reelport',
    name: 'Reelport',
    baseUrl: reelportUrl,
    document: await readFile(REELPORT_DOCUMENT, 'utf8'),
    compile: compileCatalogue,
  });
  if (!imported.ok) throw new Error(`the demo API's document: ${imported.error.message}`);
}

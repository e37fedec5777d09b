import type { Page } from 'playwright-core';
import { hostileDocument, HTML, shopDocument } from '../../packages/server/test/portal/import-documents.ts';
import type { Scene } from '../scene.ts';
import type { Stage } from '../stage.ts';

const OWNER = { as: 'owner@acme.test' } as const;

const baseOf = ({ url }: Stage) => `${url}/app/acme/connectors/import`;

async function paste(page: Page, stage: Stage, document: string): Promise<void> {
  await page.goto(baseOf(stage));
  await page.getByLabel('I paste it').check();
  await page.getByRole('textbox', { name: 'Text of the document' }).fill(document);
  await page.getByRole('button', { name: 'Check it' }).click();
}

/** Imports that pictures share, by their documents: an organisation has few at a time. */
const begun = new Map<string, Promise<string>>();

async function begin(page: Page, stage: Stage, document: string): Promise<string> {
  await paste(page, stage, document);
  await page.getByRole('heading', { name: 'What was found' }).waitFor();
  return new URL(page.url()).searchParams.get('id') ?? '';
}

const at =
  (step: string, heading: string, document: string = shopDocument()) =>
  async (page: Page, stage: Stage): Promise<void> => {
    const id = begun.get(document) ?? begin(page, stage, document);
    begun.set(document, id);
    await page.goto(`${baseOf(stage)}?id=${await id}&step=${step}`);
    await page.getByRole('heading', { name: heading }).waitFor();
    await page.waitForLoadState('networkidle');
  };

export const IMPORT: readonly Scene[] = [
  {
    name: 'import/fetch',
    ...OWNER,
    async pose(page, stage) {
      await page.goto(baseOf(stage));
      await page.getByLabel('I paste it').waitFor();
    },
  },
  {
    name: 'import/no-api-document',
    ...OWNER,
    async pose(page, stage) {
      await paste(page, stage, HTML);
      await page.getByRole('heading', { name: 'This cannot be read' }).waitFor();
    },
  },
  { name: 'import/check', ...OWNER, pose: at('check', 'What was found') },
  { name: 'import/choose', ...OWNER, pose: at('choose', 'Which operations become tools') },
  { name: 'import/authenticate', ...OWNER, pose: at('authenticate', 'Where calls go') },
  { name: 'import/preview', ...OWNER, pose: at('preview', 'As apps get it') },
  { name: 'import/publish', ...OWNER, pose: at('publish', 'What will be there') },
  {
    name: 'import/hostile-document',
    ...OWNER,
    pose: at('choose', 'Which operations become tools', hostileDocument()),
  },
];

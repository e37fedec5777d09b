import { Hono } from 'hono';
import { z } from 'zod';
import { AppError } from '../../kernel/errors.ts';
import {
  REFRESH_DAYS,
  type OrganisationSettings,
  type Settings,
  type SettingsFault,
} from '../../people/organisations/settings.ts';
import { describeRoute } from '../describe-route.ts';
import type { OrganisationEnv } from '../env.ts';

const settingsSchema = z.strictObject({
  name: z.string().max(200),
  refresh_days: z.literal(REFRESH_DAYS),
});

const changeSchema = settingsSchema.extend({
  was: settingsSchema.describe('As it stood when the form was shown: what changed meanwhile is not undone.'),
});

const GET = {
  id: 'get_settings',
  summary: 'Get the settings',
  description: 'The name of the organisation, and for how many days a connection lasts without being used.',
  action: 'settings.read',
  callers: 'anyone',
  answer: z.object(settingsSchema.shape),
} as const;

const CHANGE = {
  id: 'change_settings',
  summary: 'Change the settings',
  description: 'Changes the name of the organisation, and how long connections last.',
  action: 'settings.manage',
  body: changeSchema,
  answer: z.object(settingsSchema.shape),
} as const;

export interface SettingsRoutesDeps {
  settings: Settings;
}

/** `/portal/v1/organisations/{org}/settings`: its name, and how long connections last. */
export function createSettingsRoutes({ settings }: SettingsRoutesDeps): Hono<OrganisationEnv> {
  const app = new Hono<OrganisationEnv>();

  app.get('/', describeRoute(GET), async (context) => {
    const found = await settings.of(context.get('organisation').id);
    if (found === undefined) throw new AppError('not_found', 'There is no such organisation.');
    return context.json(present(found));
  });

  app.put('/', describeRoute(CHANGE), async (context) => {
    const { was, ...becomes } = context.req.valid('json');
    const changed = await settings.change({
      orgId: context.get('organisation').id,
      was: read(was),
      becomes: read(becomes),
      by: context.get('user').userId,
      requestId: context.get('requestId'),
    });
    if (!changed.ok) throw FAULTS[changed.error];
    return context.json(present(changed.value));
  });

  return app;
}

const FAULTS: Readonly<Record<SettingsFault, AppError>> = {
  name_missing: new AppError('invalid_request', 'An organisation has a name.'),
  changed_meanwhile: new AppError(
    'conflict',
    'Somebody else changed the settings meanwhile. Nothing was saved: look at what they are now.',
  ),
  forbidden: new AppError('forbidden', 'Only an admin changes the settings.'),
};

function read({ name, refresh_days: refreshDays }: z.infer<typeof settingsSchema>): OrganisationSettings {
  return { name, refreshDays };
}

function present({ name, refreshDays }: OrganisationSettings) {
  return { name, refresh_days: refreshDays };
}

import { Hono } from 'hono';
import { z } from 'zod';
import { AppError } from '../../kernel/errors.ts';
import {
  REFRESH_DAYS,
  type OrganisationSettings,
  type Settings,
  type SettingsFault,
} from '../../people/organisations/settings.ts';
import type { OrganisationEnv } from '../env.ts';
import { requireRole } from '../guards.ts';
import { readBody } from '../read-body.ts';

const settingsSchema = z.strictObject({
  name: z.string().max(200),
  refresh_days: z.literal(REFRESH_DAYS),
});

/** `was`: as it stood when the form was shown. */
const changeSchema = settingsSchema.extend({ was: settingsSchema });

export interface SettingsRoutesDeps {
  settings: Settings;
}

/** `/portal/v1/organisations/{org}/settings`: its name, and how long connections last. */
export function createSettingsRoutes({ settings }: SettingsRoutesDeps): Hono<OrganisationEnv> {
  const app = new Hono<OrganisationEnv>();

  app.get('/', async (context) => {
    const organisation = context.get('organisation');
    requireRole(organisation.role, 'settings.read');
    const found = await settings.of(organisation.id);
    if (found === undefined) throw new AppError('not_found', 'There is no such organisation.');
    return context.json(present(found));
  });

  app.put('/', async (context) => {
    const organisation = context.get('organisation');
    requireRole(organisation.role, 'settings.manage');
    const { was, ...becomes } = await readBody(context, changeSchema);
    const changed = await settings.change({
      orgId: organisation.id,
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
};

function read({ name, refresh_days: refreshDays }: z.infer<typeof settingsSchema>): OrganisationSettings {
  return { name, refreshDays };
}

function present({ name, refreshDays }: OrganisationSettings) {
  return { name, refresh_days: refreshDays };
}

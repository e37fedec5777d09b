import { Hono, type Context } from 'hono';
import { z } from 'zod';
import { AppError } from '../../kernel/errors.ts';
import { logoPath } from '../../kernel/logo-path.ts';
import {
  LOGO_BYTES_MAX,
  LOGO_SIDE_MAX,
  type LogoFault,
  type Logos,
} from '../../people/organisations/logo.ts';
import { describeRoute } from '../describe-route.ts';
import type { OrganisationEnv } from '../env.ts';
import { logo, nothing } from '../shapes.ts';

/** A path of the portal, for which the general limit is too small. */
export const LOGO_PATH = /\/organisations\/[^/]+\/settings\/logo$/;
/** In base64, with room for what is around it. */
export const LOGO_BODY_BYTES_MAX = 192 * 1024;

const answer = z.object({ logo });

const GET = {
  id: 'get_logo',
  summary: 'Get the logo',
  description: 'The picture that the organisation shows of itself, if it has one.',
  action: 'settings.read',
  callers: 'anyone',
  answer,
} as const;

const SET = {
  id: 'set_logo',
  summary: 'Set the logo',
  description: `Shows a picture of the organisation beside its name: on its pages, where people connect apps, and in the apps that show it. A PNG of at most ${LOGO_SIDE_MAX} by ${LOGO_SIDE_MAX} pixels and ${LOGO_BYTES_MAX / 1024} KiB, 8 bits, not interlaced. Whoever has its address can see it.`,
  action: 'settings.manage',
  body: z.strictObject({ png: z.base64().describe('The file, in base64.') }),
  answer,
} as const;

const REMOVE = {
  id: 'remove_logo',
  summary: 'Remove the logo',
  description: 'The organisation shows no picture of itself any more.',
  action: 'settings.manage',
  body: nothing,
  answer,
} as const;

export interface LogoRoutesDeps {
  logos: Logos;
}

/** `/portal/v1/organisations/{org}/settings/logo`: the picture that stands for the organisation. */
export function createLogoRoutes({ logos }: LogoRoutesDeps): Hono<OrganisationEnv> {
  const app = new Hono<OrganisationEnv>();
  const actOf = (context: Context<OrganisationEnv>) => ({
    orgId: context.get('organisation').id,
    by: context.get('user').userId,
    requestId: context.get('requestId'),
  });

  app.get('/', describeRoute(GET), async (context) =>
    context.json({ logo: presentLogo(await logos.of(context.get('organisation').id)) }),
  );

  app.put('/', describeRoute(SET), async (context) => {
    const set = await logos.set(actOf(context), Buffer.from(context.req.valid('json').png, 'base64'));
    if (!set.ok) throw FAULTS[set.error];
    return context.json({ logo: presentLogo(set.value) });
  });

  app.post('/remove', describeRoute(REMOVE), async (context) => {
    const removed = await logos.remove(actOf(context));
    if (!removed.ok) throw FAULTS[removed.error];
    return context.json({ logo: null });
  });

  return app;
}

/** As the answers of the portal have it. */
export function presentLogo(hash: string | null): string | null {
  return hash === null ? null : logoPath(hash);
}

const FAULTS: Readonly<Record<LogoFault, AppError>> = {
  not_png: new AppError('invalid_request', 'The file is no PNG. Other kinds of pictures are not taken.'),
  broken: new AppError(
    'invalid_request',
    'The picture is broken, or of a kind that is not taken: interlaced, or of 16 bits.',
  ),
  too_many_pixels: new AppError(
    'invalid_request',
    `The picture is larger than ${LOGO_SIDE_MAX} by ${LOGO_SIDE_MAX} pixels.`,
  ),
  too_large: new AppError('invalid_request', `The picture is over ${LOGO_BYTES_MAX / 1024} KiB.`),
  forbidden: new AppError('forbidden', 'Only an admin changes the logo.'),
  none: new AppError('conflict', 'There is no logo to remove.'),
};

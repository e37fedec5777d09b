import type { Icon } from '@latchkey/tools';
import { LRUCache } from 'lru-cache';
import type { AppOptions } from './app-options.ts';
import type { ChangeFeed } from './grants/change-feed.ts';
import type { OrganisationId } from './kernel/ids.ts';
import { logoPath } from './kernel/logo-path.ts';
import { logoRoutes } from './pages/logos.ts';
import { createLogos } from './people/organisations/logo.ts';

const REMEMBERED_MAX = 10_000;

/** The pictures that organisations show of themselves: set on the dashboard, told to apps, served to whoever has one's address. */
export function wireLogos({
  clock,
  feed,
  mcpBaseUrl,
  store,
}: Pick<AppOptions, 'clock' | 'mcpBaseUrl' | 'store'> & {
  readonly feed: Pick<ChangeFeed, 'isCurrent' | 'on' | 'onMissed'>;
}) {
  const logos = createLogos({ store, clock });
  const known = new LRUCache<OrganisationId, { logo: string | null }>({ max: REMEMBERED_MAX });
  let epoch = 0;
  feed.on('organisation', (orgId) => {
    epoch += 1;
    known.delete(orgId as OrganisationId);
  });
  feed.onMissed(() => {
    epoch += 1;
    known.clear();
  });

  async function logoOf(orgId: OrganisationId): Promise<string | null> {
    const remembered = feed.isCurrent() ? known.get(orgId) : undefined;
    if (remembered !== undefined) return remembered.logo;
    const epochBefore = epoch;
    const logo = await logos.of(orgId);
    if (epoch === epochBefore) known.set(orgId, { logo });
    return logo;
  }

  return {
    portal: { logos },
    files: logoRoutes(store.organisationLogos.find),
    /** What apps show beside the organisation's tools. */
    async iconsOf(orgId: OrganisationId): Promise<readonly Icon[] | undefined> {
      const logo = await logoOf(orgId);
      return logo === null ? undefined : [{ src: mcpBaseUrl + logoPath(logo), mimeType: 'image/png' }];
    },
  };
}

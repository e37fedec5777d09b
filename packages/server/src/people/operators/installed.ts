import type { Store } from '../../store/store.ts';

/** What operators read of all organisations, and of what they did themselves. */
export type Installed = Pick<Store['installation'], 'listOrganisations' | 'countOrganisations' | 'listActs'>;

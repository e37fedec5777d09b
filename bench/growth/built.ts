// The built service, as it is installed: what compiles TypeScript on the way costs memory that nobody else pays.
import type * as CheckpointKey from '../../packages/server/src/audit/checkpoint-key.ts';
import type * as Config from '../../packages/server/src/config.ts';
import type * as ImportConnector from '../../packages/server/src/connectors/import-connector.ts';
import type * as Ids from '../../packages/server/src/kernel/ids.ts';
import type * as KeySecret from '../../packages/server/src/keys/key-secret.ts';
import type * as MasterSecret from '../../packages/server/src/master-secret.ts';
import type * as Seal from '../../packages/server/src/kernel/seal.ts';
import type * as Log from '../../packages/server/src/kernel/log.ts';
import type * as Secret from '../../packages/server/src/kernel/secret.ts';
import type * as Start from '../../packages/server/src/start.ts';
import type * as Sweep from '../../packages/server/src/grants/sweep.ts';
import type * as CloseIntents from '../../packages/server/src/audit/close-intents.ts';
import type * as KeepTrail from '../../packages/server/src/audit/keep-trail.ts';
import type * as Prune from '../../packages/server/src/audit/prune.ts';
import type * as Checkpoints from '../../packages/server/src/audit/checkpoints.ts';

const DIST = new URL('../../packages/server/dist/', import.meta.url).href;
const load = async <T>(module: string): Promise<T> => (await import(`${DIST}${module}.js`)) as T;

export const { readConfig } = await load<typeof Config>('config');
export const { importConnector } = await load<typeof ImportConnector>('connectors/import-connector');
export const { newId } = await load<typeof Ids>('kernel/ids');
export const { newKeySecret } = await load<typeof KeySecret>('keys/key-secret');
export const { silentLog } = await load<typeof Log>('kernel/log');
export const { hashSecret, randomToken } = await load<typeof Secret>('kernel/secret');
export const { startLatchkey } = await load<typeof Start>('start');
export const { keepHouse } = await load<typeof Sweep>('grants/sweep');
export const { createIntentCloser } = await load<typeof CloseIntents>('audit/close-intents');
export const { createTrailKeeper } = await load<typeof KeepTrail>('audit/keep-trail');
export const { createPruner } = await load<typeof Prune>('audit/prune');
export const { createCheckpointKeeper } = await load<typeof Checkpoints>('audit/checkpoints');
export const { CHECKPOINT_PURPOSE } = await load<typeof CheckpointKey>('audit/checkpoint-key');
export const { readMasterSecret } = await load<typeof MasterSecret>('master-secret');
export const { deriveKey } = await load<typeof Seal>('kernel/seal');

import { clockSteps } from './scenarios/clock.ts';
import { fullDisk, manySockets, noConnections } from './scenarios/exhaustion.ts';
import { killDatabase, killNode } from './scenarios/kills.ts';
import { partitionCut, partitionSilent, stoppedDatabase, stoppedNode } from './scenarios/partitions.ts';
import { killRedis } from './scenarios/redis.ts';
import { slowDisk, slowNetwork, slowUpstream } from './scenarios/slow.ts';
import type { Scenario } from './scenario.ts';

export const SCENARIOS: readonly Scenario[] = [
  killNode,
  killDatabase,
  killRedis,
  partitionCut,
  partitionSilent,
  stoppedNode,
  stoppedDatabase,
  slowDisk,
  slowNetwork,
  slowUpstream,
  noConnections,
  manySockets,
  clockSteps,
  fullDisk,
];

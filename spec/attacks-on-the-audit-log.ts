import { attack, type Claim } from './requirement.ts';
import {
  auditChain,
  auditChainKeeper,
  auditCheckpoints,
  auditPrune,
  csv,
  portalAudit,
  portalUsage,
} from './tests.ts';

/** On the audit log, by who can write the database and by who can only read it. */
export const ATTACKS_ON_THE_AUDIT_LOG: readonly Claim[] = [
  attack(
    101,
    'Whoever changes, removes or puts in a row of the audit log in the database is found out, and the first such row named.',
    auditChain('whose %s was changed'),
    auditChain('removed at place %i'),
    auditChain('put in where there was none, between blocks too'),
    auditChain('put in after the last that was sealed'),
    auditChain('where two rows changed places'),
    auditChain('a block in the middle that is gone with its rows'),
    auditChain('a block that was sealed anew without one of its rows, while those after it stand'),
    auditChain('are the oldest: nobody can take out the middle'),
  ),
  attack(
    102,
    'No row slips past the chain by coming into the database late, or while many nodes write and seal.',
    auditChainKeeper('waits for a row that is written but not committed, and does not pass it by'),
    auditChainKeeper('is one chain however many nodes write and seal at once'),
  ),
  attack(
    103,
    'What callers write does not become a formula in a spreadsheet, a name of somebody else’s, or another organisation’s rows.',
    csv('%j is no formula in a spreadsheet'),
    portalAudit('is CSV that no spreadsheet takes for formulas'),
    portalAudit('does not look up the ids that a caller put in the place of a name'),
    portalAudit('has nothing of other organisations, whatever is asked for'),
    portalUsage('shows a member nothing of somebody else, also when asked for by name'),
  ),
  attack(
    180,
    'Nobody passes off what they deleted from the audit log as deleted by a policy, unless the log itself says so in an entry, and of younger rows than a policy deletes not even then where checkpoints were kept.',
    auditPrune('are named where there was no policy, from the first block to the last that is without'),
    auditPrune('are named where nothing of the log is left but its blocks'),
    auditPrune('are named where they belonged to no organisation'),
    auditPrune('are named behind those that a policy did delete, and only they'),
    auditPrune('are named also where their blocks were written over to lie where a policy deleted'),
    auditPrune('are not covered up by a policy of later, which deletes nothing on top of them'),
    auditPrune('are not covered by an entry that has an id which no row was given yet'),
    auditPrune('are nothing bad while the entry of the policy waits to be sealed'),
    auditCheckpoints('was not, where a kept checkpoint shows that it was too young (%s)'),
    auditCheckpoints('may have been, where the checkpoints are as old as that'),
  ),
];

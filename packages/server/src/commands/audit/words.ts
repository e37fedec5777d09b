import type { ChainFault, ChainVerdict } from '../../audit/verify-chain.ts';

export interface NamedChain {
  /** The organisation's id; empty: what belongs to none. */
  readonly chain: string;
  readonly slug: string | undefined;
}

export function nameOf({ chain, slug }: NamedChain): string {
  return slug ?? (chain === '' ? '(no organisation)' : chain);
}

/** One line where all is well; one more for each fault. */
export function inWords(chain: NamedChain, verdict: ChainVerdict): string {
  const { checkpoints, faults, prunedRows, rows, waiting } = verdict;
  const counted = [
    `${count(rows, 'row')} as sealed`,
    ...(prunedRows === 0 ? [] : [`${count(prunedRows, 'row')} deleted by policy`]),
    ...(waiting === 0 ? [] : [`${count(waiting, 'row')} too young to be sealed`]),
    count(checkpoints, 'checkpoint'),
  ].join(', ');
  if (faults.length === 0) return `${nameOf(chain)}: intact. ${counted}.`;
  return [
    `${nameOf(chain)}: CHANGED. ${counted}.`,
    ...faults.map((fault) => `  ${faultInWords(fault)}`),
  ].join('\n');
}

/** One line. */
export function toJson(chain: NamedChain, { faults, ...counts }: ChainVerdict): string {
  const { checkpoints, prunedRows, rows, waiting } = counts;
  return JSON.stringify({
    organisation: chain.slug ?? null,
    chain: chain.chain,
    result: faults.length === 0 ? 'intact' : 'changed',
    rows,
    pruned_rows: prunedRows,
    waiting_rows: waiting,
    checkpoints,
    faults: faults.map((fault) => ({ kind: fault.kind, message: faultInWords(fault) })),
  });
}

function faultInWords(fault: ChainFault): string {
  switch (fault.kind) {
    case 'cut':
      return `The end was cut off: ${signedFor(fault)} is not there.`;
    case 'rewritten':
      return `It was built anew: ${signedFor(fault)} is another one.`;
    case 'checkpoint':
      return `The checkpoint of block ${fault.seq} in the database is none of ours.`;
    case 'seal':
      return `The seal of the block from row ${fault.rowId} on was changed.`;
    case 'early':
      return `Deleted before its time: what came after ${signedFor(fault)} was younger than the ${fault.days} days of the policy that is said to have deleted it.`;
    case 'wiped':
      return `Deleted without a policy: blocks ${fault.fromBlock} to ${fault.toBlock}, rows ${fault.rowId} to ${fault.lastRowId} (${count(fault.rows, 'row')}).`;
    case 'changed':
    case 'removed':
    case 'added': {
      const when = fault.at === undefined ? '' : ` (${fault.at.toISOString()})`;
      return `Row ${fault.rowId}${when} was ${fault.kind === 'added' ? 'put in' : fault.kind}.`;
    }
  }
}

function signedFor({ checkpoint }: Extract<ChainFault, { kind: 'cut' | 'early' | 'rewritten' }>): string {
  return `block ${checkpoint.seq}, signed for on ${new Date(checkpoint.iat * 1000).toISOString()},`;
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
}

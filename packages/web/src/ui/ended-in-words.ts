export function endedInWords(connections: number): string {
  if (connections === 0) return 'No connection ended by it.';
  return connections === 1 ? 'One connection ended.' : `${connections} connections ended.`;
}

import type { InstallationHealth } from '../api/operator.ts';
import { healthText as text } from '../text/operator.ts';
import { StatusBadge } from '../ui/badges.tsx';
import { Foreign } from '../ui/foreign.tsx';
import { PlainTable } from '../ui/plain-table.tsx';
import { When } from '../ui/when.tsx';

type Node = InstallationHealth['nodes'][number];

export function NodeTable({ nodes }: { nodes: readonly Node[] }) {
  const [, serves, version, since, seen, state] = text.nodeColumns;
  return (
    <PlainTable caption={text.nodesCaption} columns={text.nodeColumns}>
      {nodes.map((node) => (
        <tr key={`${node.host} ${node.started_at}`} role="row">
          <th role="rowheader" scope="row">
            <span className="row-name">
              <Foreign text={node.host} max={80} />
            </span>
            {node.is_this ? <span className="row-more">{text.thisNode}</span> : null}
          </th>
          <td role="cell" data-label={serves}>
            {text.halves[node.half ?? 'both']}
          </td>
          <td role="cell" data-label={version}>
            {node.version}
            <span className="row-more">{node.runtime}</span>
          </td>
          <td role="cell" data-label={since}>
            <When at={node.started_at} absent="" />
          </td>
          <td role="cell" data-label={seen}>
            <When at={node.seen_at} absent="" />
          </td>
          <td role="cell" data-label={state}>
            <NodeState node={node} />
          </td>
        </tr>
      ))}
    </PlainTable>
  );
}

function NodeState({ node }: { node: Node }) {
  if (!node.is_alive) return <StatusBadge tone="quiet">{text.nodeStates.gone}</StatusBadge>;
  return node.hears_changes ? (
    <StatusBadge tone="good">{text.nodeStates.fine}</StatusBadge>
  ) : (
    <StatusBadge tone="warning">{text.nodeStates.deaf}</StatusBadge>
  );
}

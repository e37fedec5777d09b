import { useQuery } from '@tanstack/react-query';
import { installationHealthQuery, type InstallationHealth } from '../api/operator.ts';
import { healthText as text } from '../text/operator.ts';
import { Part } from '../ui/part.tsx';
import { Problem } from '../ui/problem.tsx';
import { relativeTime } from '../ui/relative-time.ts';
import { Skeleton } from '../ui/skeleton.tsx';
import { durationInWords } from './duration-in-words.ts';
import { inBytes } from './in-bytes.ts';
import { NodeTable } from './node-table.tsx';
import { OperatorHead } from './operator-head.tsx';

/** `/app/_operator/health`. */
export function HealthPage() {
  const health = useQuery(installationHealthQuery);
  return (
    <>
      <OperatorHead
        title={text.title}
        lead={text.lead}
        action={
          <button
            type="button"
            className="button secondary"
            disabled={health.isFetching}
            onClick={() => void health.refetch()}
          >
            {health.isFetching ? text.looking : text.again}
          </button>
        }
      />
      {health.isError ? <Problem error={health.error} onRetry={() => void health.refetch()} /> : null}
      {health.data === undefined ? (
        health.isError ? null : (
          <Skeleton rows={6} label={text.loading} />
        )
      ) : (
        <Health health={health.data} />
      )}
    </>
  );
}

function Health({ health }: { health: InstallationHealth }) {
  const { connectors, database, disk, migrations, nodes, warnings } = health;
  return (
    <>
      <Warnings warnings={warnings} />
      <div className="stack health-pair">
        <Facts
          title={text.latchkey}
          facts={[
            [text.version, health.version],
            [text.runtime, health.runtime],
            [text.uptime, durationInWords(health.uptime_seconds)],
            [text.changes, health.hears_changes ? text.yes : text.no],
            [text.connectors, text.connectorsOf(connectors.own, connectors.shared)],
            [
              text.disk,
              disk === null ? text.noDisk : text.diskOf(inBytes(disk.free_bytes), inBytes(disk.size_bytes)),
            ],
          ]}
        />
        <Facts
          title={text.database}
          facts={[
            [text.engine, database.version],
            [text.where, database.external ? text.external : text.embedded],
            [text.size, inBytes(database.size_bytes)],
            [text.answered, text.milliseconds(database.answered_ms)],
            [text.pool, text.poolOf(database.pool.used, database.pool.max, database.pool.waiting)],
            [text.migrations, text.migrationsOf(migrations.run, migrations.known)],
            [text.backup, backupInWords(health.last_backup)],
          ]}
        />
      </div>
      <Part title={text.nodes} lead={text.nodesLead}>
        <NodeTable nodes={nodes} />
      </Part>
    </>
  );
}

function backupInWords(backup: InstallationHealth['last_backup']): string {
  if (backup === null) return text.noBackup;
  const when = relativeTime(Date.parse(backup.at), Date.now());
  return text.backupOf(when, inBytes(backup.size_bytes), backup.file);
}

function Warnings({ warnings }: { warnings: readonly string[] }) {
  if (warnings.length === 0) return <p className="notice">{text.fine}</p>;
  return (
    <section className="sheet health-warnings" aria-labelledby="warnings">
      <h2 id="warnings">{text.attention}</h2>
      {warnings.map((warning) => (
        <p key={warning} className="note">
          {text.warnings[warning] ?? warning}
        </p>
      ))}
    </section>
  );
}

function Facts({ facts, title }: { title: string; facts: readonly (readonly [string, string])[] }) {
  return (
    <section className="sheet">
      <h2>{title}</h2>
      <dl className="known">
        {facts.map(([name, value]) => (
          <div key={name} className="known-row">
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
